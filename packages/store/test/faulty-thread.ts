/** A writer thread that opens, answers nothing, and dies at the request `release` with the owner `die`. */
import { parentPort } from "node:worker_threads"
import type { FromWriter, ToWriter } from "../src/sqlite/wire.ts"

parentPort?.postMessage({ _tag: "Ready" } satisfies FromWriter)
parentPort?.on("message", (message: ToWriter) => {
  if (message._tag !== "Batch") return
  if (message.requests?.some((request) => typeof request === "object" && request.op === "release" && request.owner === "die"))
    throw new Error("the writer broke")
})
