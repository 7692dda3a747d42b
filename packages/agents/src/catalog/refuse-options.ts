/** What is wrong with options of an agent's session: their names here, the rest says its adapter. */
import type { AdapterKind } from "@holdfast/protocol/agent/agent"
import { Unprocessable } from "@holdfast/protocol/errors"
import { isName } from "@holdfast/protocol/text"
import { AdapterRefused } from "@holdfast/adapter/adapter"
import type { AgentOptions } from "@holdfast/adapter/AgentCatalog"
import { ADAPTERS } from "./entries.ts"

/** Whether everything in a value, however deep, has a name that can be kept and shown. */
const hasNames = (value: unknown): boolean =>
  typeof value !== "object" || value === null || Object.entries(value).every(([name, item]) => isName(name) && hasNames(item))

/** What is wrong with options for an adapter, if anything. */
export function refuseOptions(adapter: AdapterKind, options: AgentOptions): Unprocessable | undefined {
  if (!hasNames(options)) {
    return new Unprocessable({
      message: "options: a name is empty, or has control characters or lone surrogates",
      field: "options",
    })
  }
  try {
    ADAPTERS[adapter].readOptions(options)
    return undefined
  } catch (cause) {
    if (!(cause instanceof AdapterRefused)) throw cause
    const { message } = cause.failure
    const field = Object.keys(options).find((name) => message.startsWith(`option ${name}:`))
    return new Unprocessable({ message, ...(field === undefined ? {} : { field }) })
  }
}
