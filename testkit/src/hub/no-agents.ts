/** The agents of a hub that has none, for tests of doors that are not about them: every operation is unavailable. */
import * as Effect from "effect/Effect"
import { Unavailable } from "@holdfast/protocol/errors"
import { Agents } from "@holdfast/hub/Agents"

const none = Effect.fail(new Unavailable({ message: "this hub has no agents" }))
const refused = (): typeof none => none

/** The service. */
export const noAgents: Agents["Service"] = Agents.of({
  list: none,
  send: refused,
  messages: refused,
  queued: refused,
  file: refused,
  edit: refused,
  unqueue: refused,
  reorder: refused,
  resolveMessage: refused,
  hold: refused,
  release: refused,
  interrupt: refused,
  stopTask: refused,
  configure: refused,
  renew: refused,
  answer: refused,
  waiting: none,
  importable: none,
  importClaude: refused,
  trust: none,
  look: refused,
  setTrust: refused,
  revokeTrust: refused,
  permission: refused,
  rules: refused,
  forgetRule: refused,
})
