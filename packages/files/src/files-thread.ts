/** The thread that looks at files: what takes time there holds up no terminal. One message in, one out. */
import { parentPort } from "node:worker_threads"
import { Answers } from "./answer.ts"
import { FilesRefused } from "./place/refused.ts"
import type { ThreadAnswer, ThreadAsk } from "./thread-messages.ts"

const answers = new Answers()

parentPort?.on("message", ({ request, ask }: ThreadAsk) => {
  answers.answer(ask).then(
    (value) => parentPort?.postMessage({ request, value } satisfies ThreadAnswer),
    (cause: unknown) => {
      const failure =
        cause instanceof FilesRefused
          ? { tag: cause.tag, message: cause.message }
          : { tag: "InternalError", message: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) }
      parentPort?.postMessage({ request, failure } satisfies ThreadAnswer)
    },
  )
})
