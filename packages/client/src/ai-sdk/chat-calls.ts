/**
 * What a chat asks of the hub over a connection that may be away: calls that are made again until they are answered, and the
 * session of a chat (docs/protocol/rules.md, I-6, I-7).
 */
import { CHAT_ID_PROBLEM, chatKey, chatTag, isChatId, isSessionId } from "@holdfast/core/agent/chat-id"
import type { AnswerPermission, PermissionRequest } from "@holdfast/protocol/agent/permission"
import type { CommandAnswer, CommandName, CommandPayload } from "../calls.ts"
import type { Connection } from "../Connection.ts"
import { HoldfastError, isTransient, isUnreachable } from "../errors.ts"
import { backoffDelay, defaultBackoff } from "../timers.ts"

/** Calls until there is an answer, over losses of the connection: only what may be carried out twice, or has a key. Fails with the hub's error. */
export async function callSurely<T extends CommandName>(
  connection: Connection,
  tag: T,
  payload: CommandPayload<T>,
): Promise<CommandAnswer<T>> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await connection.call(tag, payload)
    } catch (error) {
      if (!isTransient(error)) throw error
      // It fails when the connection is over for good.
      if (isUnreachable(error)) await connection.online()
      else await later(connection, attempt, error)
    }
  }
}

function later({ timers }: Connection, attempt: number, error: unknown): Promise<void> {
  const asked = error instanceof HoldfastError ? Number(error.fields["retryAfter"] ?? 0) * 1000 : 0
  const wait = Math.max(asked, backoffDelay(defaultBackoff, attempt, timers.random()))
  return new Promise((resolve) => void timers.after(wait, resolve))
}

/** The session of a chat; `undefined` when there is none and `create` does not say of what to create one. */
export async function sessionOf(connection: Connection, chat: string, create: unknown): Promise<string | undefined> {
  if (isSessionId(chat)) return chat
  if (!isChatId(chat)) throw new HoldfastError("BadRequest", CHAT_ID_PROBLEM, { field: "id" })
  const known = await tagged(connection, chat)
  if (known !== undefined || create === undefined) return known
  const given = create as Omit<CommandPayload<"sessions.create">, "kind" | "key">
  const tags = [...(given.tags ?? []), chatTag(chat)]
  try {
    const made = await callSurely(connection, "sessions.create", { ...given, kind: "agent", tags, key: chatKey(chat) })
    return made.id
  } catch (error) {
    // Another tab created it of something else at the same moment.
    const other = error instanceof HoldfastError && error.tag === "KeyConflict" ? await tagged(connection, chat) : undefined
    if (other === undefined) throw error
    return other
  }
}

async function tagged(connection: Connection, chat: string): Promise<string | undefined> {
  const query = { tag: chatTag(chat), kind: "agent", status: "all", limit: 1 } as const
  const { sessions } = await callSurely(connection, "sessions.list", query)
  return sessions[0]?.id
}

/** Answers a request yes or no; that someone else was first is no failure. */
export async function answerRequest(
  connection: Connection,
  session: string,
  request: PermissionRequest,
  { approved, reason }: { readonly approved: boolean; readonly reason?: string | undefined },
): Promise<void> {
  const kind = approved ? "allow" : "reject"
  const { options } = request
  const option = options.find((one) => one.kind === `${kind}_once`) ?? options.find((one) => one.kind === `${kind}_always`)
  if (option === undefined) return
  const message = reason === undefined || reason === "" ? {} : { message: reason }
  try {
    await settleRequest(connection, session, request.id, { optionId: option.id, ...message })
  } catch (error) {
    if (!isSettled(error)) throw error
  }
}

/** Gives an answer; fails with `PermissionSettled` when another one came first. That it was given twice is no failure. */
export async function settleRequest(
  connection: Connection,
  session: string,
  requestId: string,
  answer: AnswerPermission,
): Promise<void> {
  try {
    await callSurely(connection, "permissions.answer", { session, requestId, ...answer })
  } catch (error) {
    if (!isSettled(error)) throw error
    const { optionId } = (error.fields["decision"] ?? {}) as { readonly optionId?: unknown }
    if (optionId !== answer.optionId) throw error
  }
}

const isSettled = (error: unknown): error is HoldfastError => error instanceof HoldfastError && error.tag === "PermissionSettled"
