/**
 * A stream socket that is spoken to in the notation of docs/PROTOCOL.md: commands as JSON, frames as `NAME {fields}`.
 */
import WebSocket from "ws"
import * as frame from "@holdfast/protocol/frame"
import { decodeRecord, readRecords } from "@holdfast/protocol/record"
import { filled, isShown, type Names } from "./document-examples.ts"

interface Heard {
  readonly name: string
  readonly value: object
}

interface Fields {
  readonly handle: number
  readonly number: number
  readonly bytes: string
  readonly seq: number
  readonly cols: number
  readonly rows: number
  readonly time: number
}

const MAKE: Readonly<Record<string, (fields: Fields) => Uint8Array>> = {
  INPUT: ({ handle, number, bytes }) => frame.encodeInput(handle, number, new TextEncoder().encode(bytes)),
  ACK: ({ handle, seq }) => frame.encodeAck(handle, seq),
  RESIZE: ({ handle, cols, rows }) => frame.encodeResize(handle, cols, rows),
  PING: ({ time }) => frame.encodePing(time),
}

const NAMES = new Map(
  Object.entries(frame).flatMap(([name, type]) => (name.startsWith("FRAME_") ? [[type as number, name.slice(6)] as const] : [])),
)

/** Frames whose order is part of the contract. */
const ORDERED = new Set(["EVENTS", "SNAPSHOT", "SYNCED"])

/** A socket that keeps what it hears until it is asked for. */
export class SpokenSocket {
  readonly #ws: WebSocket
  readonly #open: Promise<void>
  readonly #heard: Array<Heard> = []

  constructor(url: string, token: string) {
    this.#ws = new WebSocket(url, "holdfast.1", { headers: { authorization: `Bearer ${token}` } })
    this.#open = new Promise((resolve, reject) => this.#ws.once("open", resolve).once("error", reject))
    this.#ws.on("message", (data: Buffer, binary: boolean) => {
      if (binary) return this.#frame(frame.decodeServerFrame(new Uint8Array(data)))
      for (const value of [JSON.parse(data.toString()) as object].flat()) this.#heard.push({ name: "", value })
    })
  }

  /** Sends a command, or a frame. */
  async say(text: string, names: Names): Promise<void> {
    await this.#open
    const [, name = "", json = ""] = /^([A-Z]*) ?(.*)$/.exec(text) ?? []
    const fields = filled(JSON.parse(json) as object, names)
    if (name === "") return this.#ws.send(JSON.stringify(fields))
    const make = MAKE[name]
    if (make === undefined) throw new Error(`no client sends ${name}`)
    this.#ws.send(make(fields as Fields))
  }

  /** Whether this was heard: then it, and what came before it in its order, is not heard again. */
  heard(text: string, names: Names): boolean {
    const [, name = "", json = ""] = /^([A-Z_]*) ?(.*)$/.exec(text) ?? []
    const shown = JSON.parse(json) as { readonly records?: ReadonlyArray<object> }
    const wanted = shown.records?.map((record) => ({ ...shown, records: [record] })) ?? [shown]
    const trial = new Map(names)
    let last = -1
    for (const one of wanted) {
      last = this.#heard.findIndex((heard, i) => i > last && heard.name === name && isShown(one, heard.value, trial))
      if (last < 0) return false
    }
    for (const [key, value] of trial) names.set(key, value)
    if (ORDERED.has(name))
      this.#heard.splice(0, last + 1, ...this.#heard.slice(0, last).filter((heard) => !ORDERED.has(heard.name)))
    else this.#heard.splice(last, 1)
    return true
  }

  close(): void {
    this.#ws.terminate()
  }

  #frame({ type, ...fields }: frame.ServerFrame): void {
    const name = NAMES.get(type) ?? String(type)
    if (!("records" in fields)) return void this.#heard.push({ name, value: fields })
    for (const record of readRecords(fields.records)) {
      this.#heard.push({ name, value: { handle: fields.handle, records: [decodeRecord(record)] } })
    }
  }
}
