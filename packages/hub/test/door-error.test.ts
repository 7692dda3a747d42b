import { expect, it } from "vitest"
import { RequestRefused, RunnerGone, RunnerUnreachable } from "@holdfast/link/RunnerConnection"
import { requestProblem } from "../src/child/door-error.ts"

const asked = { what: "the files could not be looked at" }

it("FS-27 what goes wrong inside a runner is one line without its place in the code", () => {
  const failure = { tag: "InternalError", message: `EIO: i/o error ${"x".repeat(1000)}\n    at read (node:fs:1:1)` }
  const error = requestProblem(new RequestRefused(failure), asked)
  expect(error._tag).toBe("Unavailable")
  expect(error.message).toMatch(/^the files could not be looked at: EIO: i\/o error x+$/)
  expect(error.message.length).toBeLessThan(400)
})

it("FS-27 only a runner that went away is reported as one", () => {
  expect(requestProblem(new RunnerGone("closed"), asked).message).toMatch(/went away/)
  const unreachable = requestProblem(new RunnerUnreachable("the runner at x cannot be reached: ENOENT"), asked)
  expect(unreachable.message).toBe("the files could not be looked at: the runner at x cannot be reached: ENOENT")
  expect(unreachable._tag).toBe("Unavailable")
})
