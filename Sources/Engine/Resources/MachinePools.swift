import Executors
package import Jobs

extension JobStore {
    /// From now on, the pools `cpu` (cores) and `memory` (MiB) have what the machine has when a job names them first,
    /// unless somebody has set them.
    package func fillPoolsFromMachine() {
        machine = {
            let machine = MachineResources.read()
            return ["cpu": machine.cores, "memory": machine.memoryMiB]
        }
    }
}
