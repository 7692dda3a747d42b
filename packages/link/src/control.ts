/**
 * Reads what crosses between hub and runner as JSON, by its description. Unknown fields are dropped, unknown types
 * refused.
 */
import { type Codec, CodecMalformed } from "@holdfast/protocol/codec"
import { WireMalformed } from "./frames.ts"
import { HubMessage, RunnerMessage } from "./messages.ts"

/** Reads JSON text; `where` names it in errors. Throws `WireMalformed`. */
export function readJson<A>(codec: Codec<A>, text: string, where: string): A {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new WireMalformed(`${where} is not JSON`, { cause })
  }
  try {
    return codec.read(value, where)
  } catch (cause) {
    if (cause instanceof CodecMalformed) throw new WireMalformed(`${where}: ${cause.message}`, { cause })
    throw cause
  }
}

/** Reads a message from a hub; throws `WireMalformed`. */
export function readHubMessage(text: string): HubMessage {
  return readJson(HubMessage, text, "a control message")
}

/** Reads a message from a runner; throws `WireMalformed`. */
export function readRunnerMessage(text: string): RunnerMessage {
  return readJson(RunnerMessage, text, "a control message")
}
