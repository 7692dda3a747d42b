/** A door that shows messages, for the suite's own tests: it builds them from the events of another door, as doors for chats do. */
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import { ChunkReader } from "./chunk-reader.ts"
import type { DoorItem, DoorReader, DoorUnderTest, EventItem, ShownMessage } from "../src/door.ts"

interface Data {
  readonly turn?: string
  readonly message?: ShownMessage & { readonly role: string }
}

/** The item that an event comes to, if it shows anything. */
function shownBy({ name, data }: EventItem, chunks: ChunkReader): DoorItem | undefined {
  const { turn = "", message } = data as Data
  if (name === "turn/started") chunks.begin(turn)
  else if (name === "message/added" && message?.role === "assistant") return chunks.replace(message)
  else if (name === "turn/ended") return chunks.end()
  else if (name.startsWith("agent/") && name !== "agent/folded")
    return chunks.take({ ...(data as object), type: name.slice("agent/".length) } as AgentChunk)
  return undefined
}

/** The messages of a door that shows events. Each reader begins with the first event, whatever it had before. */
export function messageDoor(door: DoorUnderTest): DoorUnderTest {
  return {
    ...door,
    name: `messages over ${door.name}`,
    shows: "messages",
    attach: async ({ session, token }): Promise<DoorReader> => {
      const reader = await door.attach({ session, token, after: 0 })
      const chunks = new ChunkReader()
      const next = async (): Promise<DoorItem | undefined> => {
        for (;;) {
          const item = await reader.next()
          if (item === undefined || item.kind === "ended") return item
          const shown = item.kind === "event" ? shownBy(item, chunks) : undefined
          if (shown !== undefined) return shown
        }
      }
      return { ...reader, next }
    },
  }
}
