/** Questions of an agent as a form: choices, several of them where allowed, words of one's own where allowed. */
import type { Question } from "@holdfast/protocol/agent/permission"
import { firstDigit, pick, pickedFor, type PickedAnswers, type as typed } from "./questions.ts"
import styles from "./Questions.module.css"
import { Written } from "./Written.tsx"

/** What a form is given. */
export interface QuestionFormProps {
  readonly id: string
  readonly questions: ReadonlyArray<Question>
  readonly picked: PickedAnswers
  readonly isDisabled: boolean
  readonly onChange: (picked: PickedAnswers) => void
}

/** Shows the questions. */
export function QuestionForm({ id, questions, picked, isDisabled, onChange }: QuestionFormProps) {
  return questions.map((question, index) => (
    <fieldset key={question.question} className={styles["question"]} disabled={isDisabled} data-read="">
      <legend dir="auto">
        {question.header === undefined ? null : (
          <span className={styles["header"]}>
            <Written text={question.header} />
          </span>
        )}
        <Written text={question.question} />
        {question.multiple === true ? <span className={styles["several"]}> several answers are possible</span> : null}
      </legend>
      {question.choices.map(({ label, description }, at) => (
        <label key={label} className={styles["choice"]} dir="auto">
          <input
            type={question.multiple === true ? "checkbox" : "radio"}
            name={`${id} ${index}`}
            checked={pickedFor(picked, question).choices.includes(label)}
            onChange={() => onChange(pick(picked, question, label))}
          />
          <span>
            <Digit digit={firstDigit(questions, index) + at} />
            <Written text={label} />
            {description === undefined ? null : (
              <span className={styles["description"]}>
                <Written text={description} />
              </span>
            )}
          </span>
        </label>
      ))}
      {question.free === true || question.choices.length === 0 ? (
        <input
          className={styles["other"]}
          type="text"
          dir="auto"
          aria-label={`${question.question}, in your own words`}
          placeholder={question.choices.length === 0 ? "Your answer" : "Something else"}
          value={pickedFor(picked, question).other}
          onChange={({ target }) => onChange(typed(picked, question, target.value))}
        />
      ) : null}
    </fieldset>
  ))
}

/** The key that picks a choice, where it has one. */
function Digit({ digit }: { readonly digit: number }) {
  return digit > 9 ? null : (
    <kbd className={styles["digit"]} aria-hidden="true">
      {digit}
    </kbd>
  )
}
