/** The `Agents` contract of a running hub. */
import * as Effect from "effect/Effect"
import type { DoorError } from "@holdfast/protocol/errors"
import { Agents } from "../Agents.ts"
import type { AgentRequestContext } from "./AgentContext.ts"
import * as Permissions from "./permission-requests.ts"
import * as Requests from "./requests.ts"
import { lookAt, revokeTrust, setTrust, trustList } from "./trust/trust-requests.ts"
import { waitingPermissions } from "./waiting-permissions.ts"

type Imports = typeof import("./import-session.ts")

/** Few hubs import anything: what that needs is loaded when it is asked for. */
const imports = <A>(use: (door: Imports) => Effect.Effect<A, DoorError>): Effect.Effect<A, DoorError> =>
  Effect.flatMap(
    Effect.promise(() => import("./import-session.ts")),
    use,
  )

/** Makes it over the parts of the hub. */
export const makeAgents = (core: AgentRequestContext): Agents["Service"] =>
  Agents.of({
    list: core.agents.catalog.list,
    send: (id, message, by) => Requests.sendMessage(core, id, message, by),
    messages: (id, page) => Requests.messages(core, id, page),
    queued: (id, message) => Requests.queuedMessage(core, id, message),
    file: (id, hash) => Requests.messageFile(core, id, hash),
    edit: (id, message, change, by) => Requests.editMessage(core, id, message, change, by),
    unqueue: (id, message, by) => Requests.removeMessage(core, id, message, by),
    reorder: (id, order, by) => Requests.reorderQueue(core, id, order, by),
    resolveMessage: (id, message, action, by) => Requests.resolveMessage(core, id, message, action, by),
    hold: (id, by) => Requests.holdQueue(core, id, by),
    release: (id, by) => Requests.releaseQueue(core, id, by),
    interrupt: (id, by) => Requests.interrupt(core, id, by),
    stopTask: (id, task, by) => Requests.stopTask(core, id, task, by),
    configure: (id, change, by) => Requests.configure(core, id, change, by),
    renew: (id, change, by) => Requests.renew(core, id, change, by),
    answer: (id, request, answer, by) => Permissions.answerPermission(core, id, request, answer, by),
    permission: (id, request) => Permissions.permission(core, id, request),
    waiting: waitingPermissions(core),
    importable: imports((door) => door.importable(core)),
    importClaude: (id, by) =>
      imports((door) => door.importClaude(core, id, by)).pipe(
        Effect.tap(({ session, created }) => (created ? Requests.noteDirectory(core, session.id, by) : Effect.void)),
        Effect.map(({ session, created }) => ({ session: core.table.peek(session.id)?.session.record() ?? session, created })),
      ),
    trust: trustList(core),
    look: (asked, by) => lookAt(core, asked, by),
    setTrust: (change, by) => setTrust(core, change, by),
    revokeTrust: (directory, by) => revokeTrust(core, directory, by),
    rules: (id) => Permissions.rules(core, id),
    forgetRule: (rule, by, id) => Permissions.forgetRule(core, rule, by, id),
  })
