curl -X POST http://localhost:8080/api/workflows \
  -H "Content-Type: application/json" \
  -d '{
    "name": "template-03-parallel-execution",
    "version": 1,
    "tasks": [
      {
        "name": "task-4-testing",
        "taskReferenceName": "task_4",
        "type": "SIMPLE",
        "inputParameters": {
          "task_id": 4
        }
      },
      {
        "name": "task-5-security",
        "taskReferenceName": "task_5",
        "type": "SIMPLE",
        "inputParameters": {
          "task_id": 5
        }
      },
      {
        "name": "task-6-architecture",
        "taskReferenceName": "task_6",
        "type": "SIMPLE",
        "inputParameters": {
          "task_id": 6
        }
      },
      {
        "name": "task-7-pattern",
        "taskReferenceName": "task_7",
        "type": "SIMPLE",
        "inputParameters": {
          "task_id": 7
        }
      }
    ],
    "schemaVersion": 2
  }'
