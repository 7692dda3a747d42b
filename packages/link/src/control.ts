/**
 * Reads control messages: each is checked field by field, by hand, so that a runner stays small.
 *
 * Unknown fields are dropped, unknown types refused.
 */
import { headOf } from "@holdfast/protocol/text-cut"
import { WireMalformed } from "./frames.ts"
import type { HubMessage, RunnerMessage } from "./messages.ts"
import { agentCommandOf, agentStartOf } from "./agent-fields.ts"
import { noteOf, object, replyOf, statusOf, type Fields } from "./fields.ts"

function parse(text: string): Fields {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new WireMalformed("a control message is not JSON", { cause })
  }
  return object(value, "a control message")
}

function terminalOf(fields: Fields): Extract<HubMessage, { type: "start"; kind: "terminal" }>["terminal"] {
  return {
    command: fields.text("command"),
    args: fields.texts("args"),
    cwd: fields.text("cwd"),
    env: fields.textRecord("env"),
    cols: fields.whole("cols"),
    rows: fields.whole("rows"),
    term: fields.text("term"),
  }
}

/** Reads a message from a hub; throws `WireMalformed`. */
export function readHubMessage(text: string): HubMessage {
  const fields = parse(text)
  const type = fields.text("type")
  switch (type) {
    case "hello": {
      const observer = fields.optionalFlag("observer")
      return {
        type,
        versions: fields.wholes("versions"),
        hub: fields.text("hub"),
        hubEpoch: fields.whole("hubEpoch"),
        ...(observer === undefined ? {} : { observer }),
      }
    }
    case "start": {
      const kind = fields.text("kind")
      const environment = fields.optionalTextRecord("environment")
      if (kind === "agent") {
        return {
          type,
          request: fields.whole("request"),
          id: fields.text("id"),
          session: fields.text("session"),
          kind,
          agent: agentStartOf(fields.nested("agent")),
          ...(environment === undefined ? {} : { environment }),
        }
      }
      if (kind !== "terminal") throw new WireMalformed(`kind ${JSON.stringify(kind)} is not known`)
      return {
        type,
        request: fields.whole("request"),
        id: fields.text("id"),
        session: fields.text("session"),
        kind,
        terminal: terminalOf(fields.nested("terminal")),
        ...(environment === undefined ? {} : { environment }),
        scrollback: fields.whole("scrollback"),
      }
    }
    case "agent":
      return {
        type,
        request: fields.whole("request"),
        child: fields.whole("child"),
        command: agentCommandOf(fields.nested("command")),
      }
    case "follow":
      return { type, child: fields.whole("child"), after: fields.whole("after"), credit: fields.whole("credit") }
    case "ack":
      return { type, child: fields.whole("child"), position: fields.whole("position") }
    case "resize":
      return { type, child: fields.whole("child"), cols: fields.whole("cols"), rows: fields.whole("rows") }
    case "colors":
      return { type, child: fields.whole("child"), foreground: fields.text("foreground"), background: fields.text("background") }
    case "signal":
      return { type, request: fields.whole("request"), child: fields.whole("child"), signal: fields.text("signal") }
    case "end":
      return { type, request: fields.whole("request"), child: fields.whole("child"), grace: fields.whole("grace") }
    case "forget":
      return { type, child: fields.whole("child") }
    case "screen":
    case "checkpoint":
      return { type, request: fields.whole("request"), child: fields.whole("child") }
    case "status":
      return { type, request: fields.whole("request") }
    case "drain":
      return { type, request: fields.whole("request"), now: fields.flag("now"), grace: fields.whole("grace") }
    default:
      throw new WireMalformed(`message ${JSON.stringify(headOf(type, 40))} is not known`)
  }
}

/** Reads a message from a runner; throws `WireMalformed`. */
export function readRunnerMessage(text: string): RunnerMessage {
  const fields = parse(text)
  const type = fields.text("type")
  switch (type) {
    case "welcome":
      return {
        type,
        version: fields.whole("version"),
        runner: fields.text("runner"),
        pid: fields.whole("pid"),
        build: fields.text("build"),
        draining: fields.flag("draining"),
        children: fields.list("children").map(statusOf),
      }
    case "refused": {
      const reason = fields.text("reason")
      if (reason !== "version" && reason !== "superseded") throw new WireMalformed("a refusal has no known reason")
      return { type, reason, versions: fields.wholes("versions"), message: fields.text("message") }
    }
    case "reply": {
      const value = fields.optionalNested("value")
      const failure = fields.failure()
      return {
        type,
        request: fields.whole("request"),
        ...(value === undefined ? {} : { value: replyOf(value) }),
        ...(failure === undefined ? {} : { failure }),
      }
    }
    case "note":
      return {
        type,
        child: fields.whole("child"),
        position: fields.whole("position"),
        time: fields.number("time"),
        note: noteOf(fields.nested("note")),
      }
    case "input": {
      const failure = fields.failure()
      return {
        type,
        child: fields.whole("child"),
        client: fields.text("client"),
        number: fields.whole("number"),
        ...(failure === undefined ? {} : { failure }),
      }
    }
    case "problem": {
      const child = fields.optionalWhole("child")
      return { type, tag: fields.text("tag"), message: fields.text("message"), ...(child === undefined ? {} : { child }) }
    }
    default:
      throw new WireMalformed(`message ${JSON.stringify(headOf(type, 40))} is not known`)
  }
}
