/** All of what is asked: the command, the edits, the plan, and every other field (docs/protocol/app-rules.md, APP-40). */
import { lazy, Suspense, useState } from "react"
import type { MouseEvent } from "react"
import { loadPart } from "../app/part.ts"
import type { Asked } from "./asked.ts"
import type { AskedEdit } from "./asked-edits.ts"
import type { AskedField } from "./asked-fields.ts"
import styles from "./Request.module.css"
import { Written } from "./Written.tsx"

/** Lines of a long text that are shown before it is unfolded: its beginning and its end, so that nothing hides behind the last one. */
const HEAD = 10
const TAIL = 4

/** What a body is given. */
export interface RequestBodyProps {
  readonly asked: Asked
  /** The beginning of more, which is being read. */
  readonly isCut: boolean
}

/** Shows what is asked. */
export function RequestBody({ asked, isCut }: RequestBodyProps) {
  return (
    <div className={styles["body"]}>
      <Main asked={asked} isCut={isCut} />
      <Fields fields={asked.rest} />
    </div>
  )
}

function Main({ asked, isCut }: RequestBodyProps) {
  switch (asked.kind) {
    case "command":
      return <Text label="The command" text={asked.command} isCut={isCut} />
    case "edits":
      return asked.edits.map((edit, index) => <Edit key={`${edit.path} ${index}`} edit={edit} />)
    case "plan":
      return <Plan text={asked.text} />
    case "questions":
      return null
    case "other":
      return asked.subject === "" ? null : <Text label="What it is about" text={asked.subject} isCut={isCut} />
  }
}

/** A text whole: of a long one its beginning and its end, with how much is between them, and scrolled when it is unfolded. */
function Text({ label, text, isCut }: { readonly label: string; readonly text: string; readonly isCut: boolean }) {
  const lines = text.split("\n")
  const [isWhole, setIsWhole] = useState(false)
  const isFolded = !isWhole && lines.length > HEAD + TAIL + 1
  const unfold = ({ currentTarget }: MouseEvent<HTMLElement>): void => {
    // The button goes, and the keys that scroll are for what it has shown.
    if (currentTarget === document.activeElement) currentTarget.closest("pre")?.focus({ preventScroll: true })
    setIsWhole(true)
  }
  return (
    <pre className={styles["text"]} tabIndex={0} aria-label={label} data-asked="text" data-read="">
      <Written text={isFolded ? lines.slice(0, HEAD).join("\n") : text} />
      {isFolded ? (
        <>
          <button type="button" className={styles["unfold"]} onClick={unfold} data-fold="">
            Show all {lines.length} lines
          </button>
          <Written text={lines.slice(-TAIL).join("\n")} />
        </>
      ) : null}
      {isCut ? <span className={styles["more"]}> … the rest is being read</span> : null}
    </pre>
  )
}

/** A plan as it was written: what Markdown does not show (definitions, titles, words behind a fence) is asked, too. */
function Plan({ text }: { readonly text: string }) {
  return (
    <div className={styles["plan"]} tabIndex={0} role="region" aria-label="The plan" dir="auto" data-asked="plan" data-read="">
      <Written text={text} />
    </div>
  )
}

/** Few requests are edits: what compares and colours lines is loaded with the first one. Where it cannot be had, both texts are whole, too. */
const EditDiff = lazy(() =>
  loadPart(async () => ({ default: (await import("./EditDiff.tsx")).EditDiff })).catch(() => ({ default: BothTexts })),
)

/** Both texts of an edit, whole, until the lines are compared. */
function BothTexts({ edit: { before, after } }: { readonly edit: AskedEdit }) {
  return (
    <pre className={styles["text"]} data-read="">
      {before === "" ? null : (
        <del>
          <Written text={`${before}\n`} />
        </del>
      )}
      <ins>
        <Written text={after} />
      </ins>
    </pre>
  )
}

function Edit({ edit }: { readonly edit: AskedEdit }) {
  return (
    <figure className={styles["edit"]} data-asked="edit">
      <figcaption className={styles["path"]} data-read="">
        <code>
          <Written text={edit.path} />
        </code>
        {edit.isWhole ? <span className={styles["soft"]}>the whole file</span> : null}
      </figcaption>
      <Suspense fallback={<BothTexts edit={edit} />}>
        <EditDiff edit={edit} />
      </Suspense>
      <Fields fields={edit.more ?? []} />
    </figure>
  )
}

function Fields({ fields }: { readonly fields: ReadonlyArray<AskedField> }) {
  if (fields.length === 0) return null
  return (
    <div className={styles["rest"]} tabIndex={0} role="group" aria-label="What else it says" data-read="">
      <dl>
        {fields.map((field, index) => (
          <Field key={`${index} ${field.name}`} field={field} />
        ))}
      </dl>
    </div>
  )
}

function Field({ field: { name, text } }: { readonly field: AskedField }) {
  return (
    <>
      <dt>
        <Written text={name} />
      </dt>
      <dd dir="auto">
        <Written text={text} />
      </dd>
    </>
  )
}
