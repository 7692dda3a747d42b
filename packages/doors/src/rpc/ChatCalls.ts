/**
 * The five calls of the RPC door (docs/protocol/rules.md, J-1, J-2). Each is an operation, an attachment, or both; nothing is decided here.
 */
import { randomBytes } from "node:crypto"
import { BadRequest, Busy, type DoorError } from "@holdfast/protocol/errors"
import { CHAT_CALLS, type ChatCall } from "@holdfast/protocol/chat/calls"
import type { OperationInput, OperationName } from "@holdfast/protocol/operations"
import { COMMAND_INPUTS } from "@holdfast/protocol/rpc"
import type { AttachRequest, Caller, Hub, PerformedName } from "@holdfast/hub/Hub"
import { type Decoded, payloadDecoder } from "../json/payload.ts"
import { ChatSubscription } from "./ChatSubscription.ts"
import type { RpcCall } from "./RpcCall.ts"
import { CHAT_CHANNELS } from "./session-events.ts"
import { notAnAgent, readState } from "./read-state.ts"
import { historyOf } from "./snapshot.ts"
import { chunkText, endedText } from "./wire.ts"

/** Who asks, over what. */
export interface CallContext {
  readonly caller: Caller
  readonly send: (text: string) => void
  /** Takes one more subscription, or refuses it. */
  readonly subscribe: () => DoorError | undefined
}

type Begin = (payload: unknown, call: RpcCall, context: CallContext) => void

/** What the calls take that are operations under another name. */
const operationInput = (name: PerformedName): ((payload: unknown) => Decoded<unknown>) => {
  const schema = COMMAND_INPUTS.get(name)
  if (schema === undefined) throw new Error(`${name} is no operation of the socket`)
  return payloadDecoder(schema)
}

/** Makes what begins each call. */
export function chatCalls(hub: Hub["Service"]): { readonly [C in ChatCall]: Begin } {
  const subscribeInput = payloadDecoder(CHAT_CALLS["chat.subscribe"])
  const stateInput = payloadDecoder(CHAT_CALLS["chat.getState"])
  const pageInput = operationInput("messages.list")

  /** Tells the hub of a payload that was refused, under the operation that it would have been. */
  const refuse = (name: OperationName, error: DoorError, call: RpcCall, { caller }: CallContext): void =>
    void hub.perform(name, error, caller, () => call.fail(error))

  const operation = <N extends PerformedName>(name: N): Begin => {
    const decode = operationInput(name)
    return (payload, call, { caller }) => {
      const decoded = decode(payload)
      if ("value" in decoded) call.begun()
      // What was decoded is the operation's input.
      const input = "value" in decoded ? (decoded.value as OperationInput<N>) : decoded
      const told = name === "queue.remove" ? seqAlone : undefined
      call.waitFor(hub.perform(name, input, caller, (performed) => call.settle<unknown>(performed, told)))
    }
  }

  return {
    "chat.send": operation("messages.send"),
    "chat.interrupt": operation("agent.interrupt"),
    "chat.dequeue": operation("queue.remove"),

    "chat.subscribe": (payload, call, context) => {
      const decoded = subscribeInput(payload)
      if (!("value" in decoded)) return refuse("log.follow", decoded, call, context)
      const { session, after, log } = decoded.value
      const full = context.subscribe()
      if (full !== undefined) return call.fail(full)
      call.begun()
      const subscription = new ChatSubscription(
        {
          chunk: (values) => context.send(chunkText(call.idText, values)),
          ended: (reason) => call.exit(endedText(call.idText, reason)),
        },
        after ?? 0,
      )
      call.onEnd = (reason) => subscription.close(reason)
      call.onAck = () => subscription.acknowledged()
      const cursor = { ...(after === undefined ? {} : { after }), ...(log === undefined ? {} : { log }) }
      call.run(hub.attach({ ...requestOf(session, context), ...cursor }, subscription, context.caller), (attachment) => {
        const terminal = notAnAgent(attachment.session)
        if (terminal === undefined && call.isOpen) return subscription.start(attachment)
        attachment.detach(terminal?.message ?? "the call is over")
        if (terminal !== undefined) call.fail(terminal)
      })
    },

    "chat.getState": (payload, call, context) => {
      const decoded = stateInput(payload)
      if (!("value" in decoded)) return refuse("messages.list", decoded, call, context)
      const { session, history, limit } = decoded.value
      const before = history === undefined ? {} : { before: history.before }
      const page = pageInput({ session, ...before, ...(limit === undefined ? {} : { limit }) })
      if (!("value" in page)) return refuse("messages.list", page, call, context)
      call.begun()
      const state = readState(hub, requestOf(session, context), context.caller)
      call.run(state, (told) => {
        if (history === undefined && limit === undefined) return call.done(JSON.stringify(told))
        const input = page.value as OperationInput<"messages.list">
        const running = hub.perform("messages.list", input, context.caller, (performed) =>
          call.settle(performed, ({ messages, before: next }) => ({ ...told, messages, history: historyOf(next) })),
        )
        call.waitFor(running)
      })
    },
  }
}

/** The refusal of one more call or subscription than a connection may have. */
export function tooMany(what: string, most: number): Busy {
  return new Busy({ message: `a connection has at most ${most} ${what}; end some`, retryAfter: 1 })
}

/** The refusal of a call that is not one of the five. */
export function unknownCall(tag: string): BadRequest {
  return new BadRequest({ message: `unknown call ${tag}; the calls are ${Object.keys(CHAT_CALLS).join(", ")}` })
}

const seqAlone = (changed: unknown): unknown => ({ seq: (changed as { readonly seq: number }).seq })

/** An attachment of one that only looks on. */
const requestOf = (session: string, { caller }: CallContext): AttachRequest => ({
  session,
  mode: "viewer",
  client: `rpc-${randomBytes(8).toString("hex")}`,
  name: caller.name,
  filter: { channel: CHAT_CHANNELS },
})
