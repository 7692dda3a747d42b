/** A writer thread that opens, answers nothing, and dies at the request `claim` for the session `die`. */
import { workerData } from "node:worker_threads"
import { BatchBytes } from "../src/sqlite/plain-appends.ts"
import { WriterEnd, type WriterSeed } from "../src/sqlite/writer-link.ts"

const end = new WriterEnd((workerData as WriterSeed).link)
end.send({ _tag: "Ready" })
for (;;) {
  const taken = end.take()
  if (taken === undefined) end.wait(Infinity)
  else if (!(taken instanceof BatchBytes) && taken._tag === "Batch")
    for (const request of taken.requests ?? [])
      if (typeof request === "object" && request.op === "claim" && request.id === "die") throw new Error("the writer broke")
}
