/** What an agent does now: which tool it uses on what, thinking, or writing. */
import { decodeRecord, readRecord } from "@holdfast/protocol/record"
import { type DoingNow, type DoingReader, type PassedRecord, targetOf, wordsOf } from "./doing-reader.ts"

const WHAT: ReadonlyMap<string, DoingNow["what"]> = new Map([
  ["reasoning-start", "thinking"],
  ["reasoning-delta", "thinking"],
  ["text-start", "writing"],
  ["text-delta", "writing"],
  ["tool-input-start", "tool"],
  ["tool-input-available", "tool"],
])

/** Fields of a tool's input that tell what it works on, the most telling first. */
const TELLING = ["command", "file_path", "filePath", "notebook_path", "path", "pattern", "query", "url", "description", "prompt"]

type Fields = Readonly<Record<string, unknown>>

const NOTHING: ReadonlyMap<string, unknown> = new Map()

const fieldsOf = (value: unknown): ReadonlyMap<string, unknown> =>
  typeof value === "object" && value !== null ? new Map(Object.entries(value as Fields)) : NOTHING

const textIn = (fields: ReadonlyMap<string, unknown>, name: string): string | undefined => {
  const value = fields.get(name)
  return typeof value === "string" && value.trim() !== "" ? value : undefined
}

/** Reads the session of an agent. */
export class AgentDoing implements DoingReader {
  #now: DoingNow = { what: "nothing", time: 0 }
  /** The tool call that was not looked at yet. */
  #tool: PassedRecord | undefined

  take(records: ReadonlyArray<PassedRecord>): void {
    for (const record of records) {
      const { channel, type, time } = record
      if (channel === "agent") {
        const what = WHAT.get(type)
        if (what === undefined) continue
        this.#tool = what === "tool" ? record : undefined
        if (what !== "tool" && this.#now.what !== what) this.#now = { what, time }
      } else if (channel === "turn" && (type === "started" || type === "ended")) {
        this.#tool = undefined
        this.#now = { what: type === "started" ? "thinking" : "nothing", time }
      }
    }
  }

  now(): DoingNow {
    if (this.#tool === undefined) return this.#now
    const { bytes, time } = this.#tool
    const call = fieldsOf(decodeRecord(readRecord(bytes, 0)).data)
    const input = fieldsOf(call.get("input"))
    const telling = TELLING.flatMap((name) => textIn(input, name) ?? [])[0] ?? textIn(call, "title")
    this.#now = {
      what: "tool",
      words: wordsOf(textIn(call, "toolName") ?? "tool"),
      ...(telling === undefined ? {} : { target: targetOf(telling) }),
      time,
    }
    this.#tool = undefined
    return this.#now
  }
}
