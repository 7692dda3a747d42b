/**
 * Every operation of the hub, by its name: the one place that says what it is called, who may ask for it, over which route,
 * with what, what it answers and which errors it has (docs/protocol/rules.md, X-14).
 */
import type { Answer, Definition, InputOf } from "./operations/operation.ts"
import { announcements } from "./operations/announcements.ts"
import { agents, directories } from "./operations/agents.ts"
import { desk, traces } from "./operations/desk.ts"
import { files, places } from "./operations/files.ts"
import { administration, runners } from "./operations/hub.ts"
import { log } from "./operations/log.ts"
import { messages } from "./operations/messages.ts"
import { push } from "./operations/push.ts"
import { sessions } from "./operations/sessions.ts"
import { terminal } from "./operations/terminal.ts"
import { webhooks } from "./operations/webhooks.ts"

/** The table. */
export const OPERATIONS = {
  ...sessions,
  ...log,
  ...terminal,
  ...messages,
  ...agents,
  ...directories,
  ...places,
  ...files,
  ...runners,
  ...desk,
  ...traces,
  ...announcements,
  ...push,
  ...webhooks,
  ...administration,
} as const

/** The table's type. */
export type Operations = typeof OPERATIONS

/** Name of an operation: its subject and what is done with it, the same in commands, logs, metrics and the description. */
export type OperationName = keyof Operations

/** Operations that change credentials or describe the server; a door adds them to the hub's own. */
export type AdministrationName = keyof typeof administration

/** Operations on webhooks, which have a part of their own. */
export type WebhookName = keyof typeof webhooks

/** Operations on devices that get notifications, likewise. */
export type PushName = keyof typeof push

/** Operations that a door carries out by attaching or watching. */
export type StreamName = {
  [N in OperationName]: Operations[N] extends { readonly answer: "stream" } ? N : never
}[OperationName]

/** What an operation takes. */
export type OperationInput<N extends OperationName> = InputOf<Operations[N]>

/** What an operation answers with over HTTP. */
export type OperationOutput<N extends OperationName> = Operations[N]["output"]["Type"]

/** Method and path of an operation; `never` where it has no route. */
export type OperationRoute<N extends OperationName> = Operations[N] extends { readonly http: infer R extends string } ? R : never

/** How an operation answers. */
export type AnswerOf<N extends OperationName> = Operations[N] extends { readonly answer: infer A extends Answer } ? A : "value"

/** All operations in the table's order. */
export const operationEntries = Object.entries(OPERATIONS) as ReadonlyArray<readonly [OperationName, Definition]>

/** What the table says of an operation. */
export function operationOf(name: OperationName): Definition {
  return OPERATIONS[name]
}
