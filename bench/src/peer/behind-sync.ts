/** What is published behind a file: appended and synced first, beside the loop; what comes meanwhile is synced together. */
import { fdatasync, openSync, write } from "node:fs"

function fail(error: Error | null): void {
  if (error !== null) throw error
}

/** Gives a function that has bytes durable in the file before it publishes them. */
export function behindSync<A>(file: string, bytesOf: (item: A) => Buffer, publish: (item: A) => void): (item: A) => void {
  const log = openSync(file, "a", 0o600)
  let pending: Array<A> = []
  let isSyncing = false
  const sync = (): void => {
    if (isSyncing || pending.length === 0) return
    isSyncing = true
    const gathered = pending
    pending = []
    write(log, Buffer.concat(gathered.map(bytesOf)), (unwritten) => {
      fail(unwritten)
      fdatasync(log, (unsynced) => {
        fail(unsynced)
        isSyncing = false
        for (const item of gathered) publish(item)
        sync()
      })
    })
  }
  return (item) => {
    pending.push(item)
    sync()
  }
}
