/**
 * `holdfast rules`: the answers to permission requests that are remembered, for a session or for all.
 */
import { coverWords } from "@holdfast/core/agent/rule-words"
import type { PermissionRule } from "@holdfast/protocol/agent/permission-rule"
import { refused } from "../failure.ts"
import { hint } from "../hint.ts"
import { outputWidth, paint, printEither } from "../output.ts"
import { quoted } from "../sessions/show-state.ts"
import { printable } from "../text/printable.ts"
import { table } from "../text/table.ts"
import { type AgentHub, askAgents, useAgents } from "./agent-hub.ts"

interface Found {
  readonly id: string | undefined
  readonly rules: ReadonlyArray<PermissionRule>
}

async function rulesOf(hub: AgentHub, session: string | undefined): Promise<Found> {
  return askAgents(hub, async (agents, api) => {
    const id = session === undefined ? undefined : (await api.get(session)).id
    const { rules } = await agents.rules(id)
    return { id, rules }
  })
}

/** Prints the remembered answers of a session, or without one those for all. */
export async function rulesList(session: string | undefined, json: boolean): Promise<void> {
  const { rules } = await rulesOf(useAgents(), session)
  const scope = session === undefined ? "always" : "session"
  printEither(json, rules, () =>
    rules.length === 0
      ? [`no rules; approve --remember ${scope} creates one`]
      : table(
          [
            { title: "#", text: (rule: PermissionRule) => String(rules.indexOf(rule) + 1), side: "right" },
            {
              title: "ANSWER",
              text: ({ allow }) => (allow ? "allow" : "refuse"),
              style: ({ allow }) => (allow ? "green" : "red"),
            },
            { title: "TOOL", text: ({ tool }) => printable(tool), style: () => "bold" },
            { title: "COVERS", text: (rule) => printable(coverWords(rule)) },
          ],
          rules,
          { paint, width: outputWidth() ?? 400 },
        ),
  )
}

/** Forgets a remembered answer, named by its place in the list. */
export async function rulesForget(place: number, session: string | undefined, json: boolean): Promise<void> {
  const hub = useAgents()
  const { id, rules } = await rulesOf(hub, session)
  const rule = rules[place - 1]
  if (rule === undefined) {
    const list = hint(`rules ls${session === undefined ? "" : ` ${quoted(session)}`}`)
    throw refused("RuleNotFound", `no rule ${place}; see ${list}`)
  }
  const { forgotten } = await askAgents(hub, (agents) => agents.forgetRule(rule, id))
  printEither(json, { forgotten, rule }, () => [
    forgotten ? `forgot rule ${place}: ${printable(coverWords(rule))}` : "the rule was already gone",
  ])
}
