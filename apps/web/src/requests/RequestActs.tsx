/** The buttons of a request, with their keys, and what they unfold. */
import { Act } from "./Act.tsx"
import { optionsOf } from "./answer.ts"
import { allowWords } from "./asked.ts"
import styles from "./Request.module.css"
import { RuleForm, SnoozeForm, WordsForm } from "./RequestForms.tsx"
import type { RequestNow } from "./request-now.ts"

/** Shows the buttons, or what one of them has unfolded. */
export function RequestActs({ now, id }: { readonly now: RequestNow; readonly id: string }) {
  const { unfolded, unfold, words, say, request, detail } = now
  const leave = (): void => unfold(undefined)
  switch (unfolded) {
    case "rule":
      if (detail.detail === undefined || detail.detail.suggestions.length === 0) return <NoRules now={now} onLeave={leave} />
      return (
        <RuleForm
          id={id}
          suggestions={detail.detail.suggestions}
          isBarred={now.lack !== undefined || !now.isArmed}
          onMake={(remember) => now.allow({ remember })}
          onLeave={leave}
        />
      )
    case "reason":
      return (
        <WordsForm
          label="Why it is refused"
          placeholder="Why, or what to do instead (may be empty)"
          value={words.reason ?? ""}
          send="Refuse"
          isEmptyAllowed
          onChange={(reason) => say({ reason })}
          onSend={now.refuse}
          onLeave={leave}
        />
      )
    case "edit": {
      const subject = words.subject ?? detail.detail?.request.subject ?? request.subject
      return (
        <WordsForm
          label="The command that runs instead"
          placeholder="The command that runs instead"
          value={subject}
          send="Run this instead"
          isCode
          isEmptyAllowed={false}
          isBarred={now.lack !== undefined || !now.isArmed}
          onChange={(edited) => say({ subject: edited })}
          onSend={() => now.allow({ subject })}
          onLeave={leave}
        />
      )
    }
    case "snooze":
      return <SnoozeForm onSnooze={now.snooze} onLeave={leave} />
    case undefined:
      return <Buttons now={now} />
  }
}

/** Says why there is no rule to make. */
function NoRules({ now: { detail }, onLeave }: { readonly now: RequestNow; readonly onLeave: () => void }) {
  const why =
    detail.detail !== undefined
      ? "No rule fits this: it is asked each time."
      : detail.problem === undefined
        ? "The rules that fit are being read."
        : `The rules that fit cannot be read: ${detail.problem}`
  return (
    <div className={styles["acts"]}>
      <p className={styles["soft"]}>{why}</p>
      <Act onAct={onLeave} tone="quiet">
        Back
      </Act>
    </div>
  )
}

function Buttons({ now }: { readonly now: RequestNow }) {
  const { request, asked, unfold, lack, allow, choose, isArmed, hasRules, seen } = now
  const isBarred = lack !== undefined || !isArmed || !seen.isWhole
  const { allow: allowing, reject, others } = optionsOf(request.options)
  return (
    <div className={styles["acts"]}>
      {allowing === undefined ? null : seen.words !== undefined ? (
        <Act onAct={seen.readOn} keys="y" title="It can be allowed once all of it was on the screen" name="read-on">
          {seen.words}
        </Act>
      ) : (
        <Act onAct={() => allow()} keys="y" tone="go" isDisabled={isBarred} title={lack ?? allowing.label} name="allow">
          {allowWords(asked)}
        </Act>
      )}
      {hasRules ? (
        <Act
          onAct={() => unfold("rule")}
          keys="a"
          title={seen.words ?? "Says which rule it makes"}
          isDisabled={!seen.isWhole}
          name="always"
        >
          Always…
        </Act>
      ) : null}
      {reject === undefined ? null : (
        <Act onAct={() => unfold("reason")} keys="n" title={reject.label} name="refuse">
          {request.kind === "question" ? "Do not answer" : "Refuse and say why"}
        </Act>
      )}
      {others.map(({ id, label, kind }) => (
        <Act
          key={id}
          onAct={() => choose(id)}
          isDisabled={kind.startsWith("allow") && isBarred}
          title="The agent remembers this by itself"
        >
          {label}
        </Act>
      ))}
      <span className={styles["quiets"]}>
        {request.editable === true ? (
          <Act onAct={() => unfold("edit")} keys="e" tone="quiet" isDisabled={lack !== undefined || !seen.isWhole} name="edit">
            Edit
          </Act>
        ) : null}
        <Act onAct={() => unfold("snooze")} keys="s" tone="quiet" name="not-now">
          Not now
        </Act>
      </span>
    </div>
  )
}
