/** The thread that looks at files: what takes time there holds up no terminal. One message in, one out. */
import { parentPort } from "node:worker_threads"
import { Answers } from "./answer.ts"
import { endGit } from "./git/run-git.ts"
import { FilesRefused } from "./place/refused.ts"
import { END, type ThreadAnswer, type ThreadAsk } from "./thread-messages.ts"

const answers = new Answers()

parentPort?.on("message", (message: ThreadAsk | typeof END) => {
  // Without its port nothing holds the thread but what cleans up behind Git.
  if (message === END) {
    endGit()
    parentPort?.close()
    return
  }
  const { request, ask } = message
  answers.answer(ask).then(
    (value) => parentPort?.postMessage({ request, value } satisfies ThreadAnswer),
    (cause: unknown) => parentPort?.postMessage({ request, failure: failureOf(cause) } satisfies ThreadAnswer),
  )
})

function failureOf(cause: unknown): NonNullable<ThreadAnswer["failure"]> {
  if (cause instanceof FilesRefused) return { tag: cause.tag, message: cause.message }
  const { message, stack } = cause instanceof Error ? cause : new Error(String(cause))
  return { tag: "InternalError", message, ...(stack === undefined ? {} : { stack }) }
}
