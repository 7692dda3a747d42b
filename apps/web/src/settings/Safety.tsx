/** What agents may do without being asked again: answers that are remembered, directories that are trusted. */
import type { ReactElement } from "react"
import { coverWords } from "@holdfast/core/agent/rule-words"
import type { Hub } from "@holdfast/client/model"
import { Button } from "../ui/Button.tsx"
import { Time } from "../ui/Time.tsx"
import { Part, Things } from "./Part.tsx"
import { useAsked } from "./use-asked.ts"

const readRules = async (hub: Hub) => (await hub.agents.rules()).rules
const readTrust = (hub: Hub) => hub.agents.trust()

/** Remembered answers for all sessions. */
export function Rules(): ReactElement {
  const { value, problem, change } = useAsked(readRules)
  return (
    <Part
      title="Permission rules"
      about="Answers that you gave for all sessions. Those for one session are in the menu of its pane: “Rules of this session”."
      problem={problem}
    >
      <Things value={value} none="There are none. “Always” on a request makes one.">
        {(rule) => (
          <li key={JSON.stringify(rule)}>
            <b>{rule.allow ? "Allow" : "Refuse"}</b>
            <span dir="auto">{coverWords(rule)}</span>
            <Button onClick={() => void change((hub) => hub.agents.forgetRule(rule))} aria-label={`Forget: ${coverWords(rule)}`}>
              Forget
            </Button>
          </li>
        )}
      </Things>
    </Part>
  )
}

/** Directories that are trusted or refused, and those that wait for a decision. */
export function Trust(): ReactElement {
  const { value, problem, change } = useAsked(readTrust)
  const decide = (directory: string, trusted: boolean) => (): void =>
    void change((hub) => hub.agents.setTrust({ directory, trusted, unlessDecided: true }))
  return (
    <>
      {value === undefined || value.waiting.length === 0 ? null : (
        <Part
          title="Waits for your decision"
          about="These contain hooks, servers or rules that an agent would run or be allowed by."
        >
          <Things value={value.waiting} none="">
            {({ directory, brings, sessions }) => (
              <li key={directory}>
                <b dir="ltr">{directory}</b>
                <span dir="auto">
                  {brings.map(({ path, what }) => `${path}: ${what}`).join("; ")} (for{" "}
                  {sessions.map(({ label }) => label).join(", ")})
                </span>
                <Button kind="wait" onClick={decide(directory, true)}>
                  Trust it
                </Button>
                <Button onClick={decide(directory, false)}>Refuse</Button>
              </li>
            )}
          </Things>
        </Part>
      )}
      <Part
        title="Trusted directories"
        about="A decision counts for everything below the directory, and from the next start of an agent."
        problem={problem}
      >
        <Things
          value={value?.directories}
          none="There are none. An agent that is started in a directory with hooks or servers asks."
        >
          {({ directory, trusted, by, at }) => (
            <li key={directory}>
              <b dir="ltr">{directory}</b>
              <span>
                {trusted ? "trusted" : "refused"} by {by} · <Time at={at} />
              </span>
              <Button
                onClick={() => void change((hub) => hub.agents.revokeTrust(directory))}
                aria-label={`Revoke the decision about ${directory}`}
              >
                Revoke
              </Button>
            </li>
          )}
        </Things>
      </Part>
    </>
  )
}
