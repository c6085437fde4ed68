'use strict';
// Jobs of Weir in Node.js: one process takes many.
//
//     const { job } = require('./weir-worker.js');
//     job('resize', async (data, job) => {
//       job.progress(50, 'half way');
//       return { width: 100 };          // anything that JSON takes; what is thrown fails the attempt
//     });
//
//     weir runner --worker resize='node resize.js'
//     weir enqueue --type resize --data '{"file": "a.png"}'
//
// A script that was written for worker_threads runs unchanged:
//
//     weir runner --worker custom-task='node weir-worker.js custom-worker.js'
//
// It gets { id, type, data } from parentPort and posts { taskId, result }, { taskId, error } or
// { taskId, progress, message }. What console.log writes goes to the job's log, as does standard error.

const fs = require('fs');
const { EventEmitter } = require('events');

const jobs = new Map();
const readers = [];
let isReading = false;

// Standard output is for answers: what a job or a library prints goes to its log instead.
process.stdout.write = process.stderr.write.bind(process.stderr);

function send(message) {
  let line = Buffer.from(JSON.stringify(message) + '\n');
  while (line.length > 0) {
    try {
      line = line.subarray(fs.writeSync(1, line));
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

// Hands each message of the runner to `take`. The first call says that this worker is ready.
function read(take) {
  readers.push(take);
  if (isReading) return;
  isReading = true;
  let rest = [];
  process.stdin.on('data', (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      const line = Buffer.concat([...rest, chunk.subarray(start, end)]);
      rest = [];
      start = end + 1;
      const message = JSON.parse(line);
      for (const reader of readers) reader(message);
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  });
  // The runner needs no more.
  process.stdin.on('end', () => process.exit(0));
  send({ ready: true });
}

// What a function can tell of its job.
class Job {
  constructor(message) {
    this.id = message.id;
    this.type = message.type;
    this.data = message.data;
    this.attempt = message.attempt;
    this.run = message.run;
    this.key = message.key;
    // What an earlier attempt saved.
    this.saved = message.checkpoint;
  }
  // From 0 to 100.
  progress(percent, message) { send({ taskId: this.id, progress: percent, message }); }
  // A value that the next attempt finds as `job.saved`, should this one not succeed.
  checkpoint(value) { send({ taskId: this.id, checkpoint: value }); }
  log(text) { send({ taskId: this.id, log: String(text) }); }
}

// Registers a function for jobs of a type. `error.final = true` says that another attempt would fail the same way.
function job(type, body) {
  if (jobs.size === 0) setImmediate(() => read(execute));
  jobs.set(type, body);
}

async function execute(message) {
  try {
    const body = jobs.get(message.type);
    if (!body) {
      const known = [...jobs.keys()].sort().join(', ');
      throw Object.assign(new Error(`this worker has no job '${message.type}'; it has: ${known}`), { final: true });
    }
    const result = await body(message.data, new Job(message));
    send({ taskId: message.id, result: result === undefined ? null : result });
  } catch (error) {
    console.error(error);
    send({ taskId: message.id, error: String((error && error.message) || error), final: Boolean(error && error.final) });
  }
}

// The port of worker_threads, to the runner.
class ParentPort extends EventEmitter {
  constructor() {
    super();
    this.on('newListener', (event) => {
      if (event === 'message' && this.listenerCount('message') === 0) {
        setImmediate(() => read((message) => this.take(message)));
      }
    });
  }
  take(message) {
    this.current = message.id;
    this.emit('message', message);
  }
  postMessage(message) {
    const answer = { ...message };
    if (answer.error instanceof Error) answer.error = answer.error.message;
    const isAnswer = ['result', 'error', 'progress', 'checkpoint', 'log'].some((name) => answer[name] !== undefined);
    if (answer.taskId !== undefined && !isAnswer) answer.result = null;
    send(answer);
  }
  ref() {}
  unref() {}
  start() {}
  close() { process.exit(0); }
}

// Lets require('worker_threads') give a parentPort that is the runner's.
function install() {
  const { Module, builtinModules } = require('module');
  const port = new ParentPort();
  const threads = { ...require('worker_threads'), parentPort: port, isMainThread: false, workerData: null };
  const load = Module._load;
  Module._load = function (request, ...rest) {
    if (request === 'worker_threads' || request === 'node:worker_threads') return threads;
    return load.call(this, request, ...rest);
  };
  // An async listener of 'message' that throws fails its job, instead of leaving it without an answer.
  process.on('unhandledRejection', (error) => {
    console.error(error);
    if (port.current === undefined) process.exit(1);
    send({ taskId: port.current, error: String((error && error.message) || error) });
  });
}

module.exports = { job, install };

if (require.main === module) {
  const script = process.argv[2];
  if (!script) {
    console.error('usage: node weir-worker.js SCRIPT.js [ARGUMENT…]');
    process.exit(64);
  }
  install();
  process.argv.splice(1, 2, require('path').resolve(script));
  require(process.argv[1]);
}
