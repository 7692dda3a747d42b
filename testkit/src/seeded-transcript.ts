/**
 * A long conversation as a hub would have left it: written through the store itself, before any hub starts on the data.
 */
import { join } from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { encodeDrafts, storedState } from "@holdfast/hub/inside/session/encode"
import type { Message } from "@holdfast/protocol/agent/message"
import type { EventDraft } from "@holdfast/protocol/events"
import { uuidV7 } from "@holdfast/protocol/ids"
import { encodeEvent } from "@holdfast/protocol/record"
import * as SqliteStore from "@holdfast/store/sqlite/SqliteStore"
import { type AppendOutcome, type Claimed, Store } from "@holdfast/store/Store"

/** Messages in one append. */
const BATCH = 250

const BEGAN = 1_790_000_000_000

/** Stores a session of the scripted agent with these messages; gives its id. Nothing else may use `data` meanwhile. */
export function seedTranscript(data: string, label: string, messages: ReadonlyArray<Message>): Promise<string> {
  return Effect.gen(function* () {
    const context = yield* Layer.build(SqliteStore.layer({ path: join(data, "holdfast.db"), durability: "process" }))
    const store = Context.get(context, Store)
    const id = uuidV7(BEGAN, crypto.getRandomValues(new Uint8Array(10)))
    const created: EventDraft = {
      name: "session/created",
      data: {
        kind: "agent",
        label,
        tags: [],
        owner: "owner",
        agent: { name: "scripted", adapter: "scripted", cwd: data, env: [], options: {} },
      },
    }
    const encoded = encodeDrafts(id, undefined, [created], 1, BEGAN, "owner")
    if (encoded === undefined) throw new Error("the seed makes no session")
    const made = yield* store.create({ id, records: encoded.records, state: storedState(encoded.state) })
    if (made._tag !== "Created") throw new Error(`create: ${made._tag}`)
    const { claimed } = made
    for (let at = 0; at < messages.length; at += BATCH) {
      yield* append(store, claimed, claimed.nextSeq + at, messages.slice(at, at + BATCH))
    }
    yield* store.settle
    return id
  }).pipe(Effect.scoped, Effect.orDie, Effect.runPromise)
}

const append = (
  store: Store["Service"],
  { session, epoch }: Claimed,
  from: number,
  messages: ReadonlyArray<Message>,
): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    const records = messages.map((message, at) =>
      encodeEvent({
        seq: from + at,
        time: message.createdAt,
        channel: "message",
        type: "added",
        by: "owner",
        ...(message.turn === undefined ? {} : { turn: message.turn }),
        data: { message },
      }),
    )
    store.append({ session, epoch, records }, (outcome: AppendOutcome) =>
      resume(outcome._tag === "Appended" ? Effect.void : Effect.die(new Error(`append: ${JSON.stringify(outcome)}`))),
    )
  })

/** A conversation of so many messages: people's of a line or several, answers from one line to a screen, with code, lists and calls. */
export function longConversation(count: number): ReadonlyArray<Message> {
  const words = (count: number, at: number): string =>
    Array.from({ length: count }, (_, i) => `word${(at * 7 + i) % 97}`).join(" ")
  return Array.from({ length: count }, (_, at): Message => {
    const createdAt = BEGAN + at * 20_000
    if (at % 2 === 0)
      return {
        id: `m${at}`,
        role: "user",
        parts: [{ type: "text", text: `Question ${at}: ${words(3 + (at % 23), at)}` }],
        createdAt,
      }
    const text = (value: string): { readonly type: "text"; readonly text: string; readonly state: "done" } => ({
      type: "text",
      text: value,
      state: "done",
    })
    const call = (name: string, input: object, output: string) =>
      ({
        type: "dynamic-tool",
        toolName: name,
        toolCallId: `c${at}${name}${JSON.stringify(input)}`,
        state: "output-available",
        input,
        output,
      }) as const
    const parts = [
      ...(at % 3 === 0
        ? [call("Read", { file_path: `src/a${at}.ts` }, "a\nb"), call("Read", { file_path: `src/b${at}.ts` }, "a")]
        : []),
      text(`Answer ${at}: ${words(10 + ((at * 13) % 160), at)}`),
      ...(at % 5 === 0 ? [text(`- ${words(4, at)}\n- ${words(9, at)}\n- \`code\` ${words(3, at)}`)] : []),
      ...(at % 7 === 0
        ? [
            text(
              `\`\`\`ts\n${Array.from({ length: 3 + (at % 30) }, (_, i) => `const line${i} = ${at} + ${i}`).join("\n")}\n\`\`\``,
            ),
          ]
        : []),
      ...(at % 11 === 0
        ? [call("Edit", { file_path: "src/c.ts", old_string: `a\nb${at}\nc`, new_string: `a\nB${at}\nc\nd` }, "done")]
        : []),
    ]
    return { id: `m${at}`, role: "assistant", turn: `m${at}`, parts, createdAt, outcome: "completed" } as unknown as Message
  })
}
