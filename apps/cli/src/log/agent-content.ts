/**
 * What an event about an agent holds, in one line.
 */
import type { Event } from "@holdfast/protocol/event"
import { fieldsOf, textIn, textOf } from "../agent/message-text.ts"
import { usageText } from "../agent/usage-text.ts"
import { printable } from "../text/printable.ts"

const compact = (value: unknown): string => printable(JSON.stringify(value) ?? "")

const joined = (...words: ReadonlyArray<string | false>): string =>
  words.filter((word) => word !== false && word !== "").join(" ")

/** The line, for events whose fields say too little by themselves; undefined for all others. */
export function agentContent({ channel, type, data }: Event): string | undefined {
  const fields = fieldsOf(data)
  const named = (name: string): string => printable(textIn(fields[name]))
  switch (`${channel}/${type}`) {
    case "message/added": {
      const message = fieldsOf(fields["message"])
      const parts: ReadonlyArray<unknown> = Array.isArray(message["parts"]) ? message["parts"] : []
      const role = message["role"] === "assistant" ? "assistant" : "user"
      const text = textOf({ role, parts: parts as never })
      return `${textIn(message["role"])}: ${text === "" ? `${parts.length} parts` : printable(text)}`
    }
    case "queue/added": {
      const item = fieldsOf(fields["item"])
      const parts: ReadonlyArray<unknown> = Array.isArray(item["parts"]) ? item["parts"] : []
      const texts = parts.map((part) => textIn(fieldsOf(part)["text"]))
      return joined(textIn(item["mode"]), fields["first"] === true && "first", printable(texts.join(" ")))
    }
    case "turn/ended":
      return joined(
        named("outcome"),
        printable(textIn(fieldsOf(fields["error"])["message"])),
        usageText(fieldsOf(fields["usage"])),
      )
    case "task/started": {
      const task = fieldsOf(fields["task"])
      return joined(
        printable(textIn(task["kind"])),
        printable(textIn(task["description"])),
        `id=${printable(textIn(task["id"]))}`,
      )
    }
    case "task/ended":
      return joined(named("outcome"), named("summary"), `id=${named("taskId")}`)
    case "permission/asked": {
      const request = fieldsOf(fields["request"])
      return joined(printable(textIn(request["title"])), `id=${printable(textIn(request["id"]))}`)
    }
    case "permission/answered": {
      const decision = fieldsOf(fields["decision"])
      const rule = decision["rule"]
      return joined(
        decision["allow"] === true ? "allowed" : "refused",
        `by ${printable(textIn(decision["by"]))}`,
        rule !== undefined && compact(rule),
      )
    }
    case "permission/remembered":
      return joined(named("scope"), compact(fields["rule"]))
    case "agent/text-delta":
    case "agent/reasoning-delta":
      return named("delta")
    case "agent/tool-input-delta":
      return named("inputTextDelta")
    case "agent/tool-input-available":
      return joined(named("toolName"), compact(fields["input"]))
    case "agent/tool-output-available":
      return joined(fields["preliminary"] === true && "so far", compact(fields["output"]))
    default:
      return channel === "agent" && type.startsWith("data-") ? compact(fields["data"]) : undefined
  }
}
