/**
 * A call whose command a person edited as they allowed it (docs/protocol/rules.md, P-22). The answer in the turn says so under our
 * name among the metadata of providers, which clients of the AI SDK keep and pass on.
 */
import type { Json, ProviderMetadata } from "@holdfast/protocol/agent/chunk"

/** What ran in place of what was asked for, and who said so. */
export interface CallEdit {
  readonly subject: string
  readonly by: string
}

type Call = { readonly input?: unknown; readonly callProviderMetadata?: unknown }

const isFields = (value: unknown): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The metadata of an answer that edits. */
export function editMetadata({ subject, by }: CallEdit): ProviderMetadata {
  return { holdfast: { ranInstead: subject, editedBy: by } }
}

/** The edit of a call; `undefined` where it ran as it was asked for. */
export function editOf({ callProviderMetadata }: Call): CallEdit | undefined {
  const own = isFields(callProviderMetadata) ? callProviderMetadata["holdfast"] : undefined
  if (!isFields(own) || typeof own["ranInstead"] !== "string") return undefined
  return { subject: own["ranInstead"], by: typeof own["editedBy"] === "string" ? own["editedBy"] : "someone" }
}

const NAMES = ["command", "cmd", "script"]

/** The name of the command among the fields of an input. */
const commandName = (input: unknown): string => (isFields(input) ? NAMES.find((name) => name in input) : undefined) ?? "command"

/** What a call asked to run, before it was edited. */
export function askedCommand({ input }: Call): string {
  const value = isFields(input) ? input[commandName(input)] : undefined
  return Array.isArray(value) ? value.join(" ") : typeof value === "string" ? value : ""
}

/** A call as it ran: with the edited command in the place of the one that was asked for. */
export function callAsRun<C extends Call>(call: C): C {
  const edit = editOf(call)
  if (edit === undefined) return call
  const input = isFields(call.input) ? call.input : {}
  return { ...call, input: { ...input, [commandName(input)]: edit.subject } }
}
