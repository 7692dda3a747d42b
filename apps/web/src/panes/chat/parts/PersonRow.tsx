/** What a person sent: their words as they wrote them, code in fences as code, files. */
import { lazy, memo, Suspense, useState } from "react"
import type { InputPart } from "@holdfast/protocol/agent/message"
import css from "./parts.module.css"
import { CodeBlock } from "../code/CodeBlock.tsx"
import { rest } from "../loading.ts"
import type { Row } from "../rows/plan.ts"
import { counted, linesIn } from "../rows/tool-input.ts"
import { useChat, useWhole } from "../transcript/chat-context.ts"
import { MessageActions } from "./MessageActions.tsx"

const FileView = lazy(async () => ({ default: (await rest).FileView }))

/** Lines that are shown of a long message. */
const SHOWN = 24

/** A text in pieces: words, and code between fences. */
export function piecesOf(text: string): ReadonlyArray<{ readonly lang?: string; readonly text: string }> {
  const pieces: Array<{ readonly lang?: string; readonly text: string }> = []
  let at = 0
  for (const match of text.matchAll(/^(`{3,})([\w+#.-]*)[^\n`]*\n([\s\S]*?)\n?^\1`*[ \t]*$\n?/gm)) {
    if (match.index > at) pieces.push({ text: text.slice(at, match.index).replace(/\n$/, "") })
    pieces.push({ lang: match[2] ?? "", text: match[3] ?? "" })
    at = match.index + match[0].length
  }
  if (at < text.length) pieces.push({ text: text.slice(at) })
  return pieces
}

/** The words of a person. */
export function PersonText({ text }: { readonly text: string }) {
  const [isWhole, setWhole] = useState(false)
  const lines = linesIn(text)
  const shown = isWhole || lines <= SHOWN + 4 ? text : text.split("\n").slice(0, SHOWN).join("\n")
  return (
    <>
      {piecesOf(shown).map(({ lang, text: piece }, index) =>
        lang === undefined ? (
          <p key={index} dir="auto" className={css["words"]}>
            {piece}
          </p>
        ) : (
          <CodeBlock key={index} text={piece} lang={lang} isOpen={false} />
        ),
      )}
      {shown === text ? null : (
        <button type="button" className={css["rest"]} onClick={() => setWhole(true)}>
          Show all {counted(lines, "line")}
        </button>
      )}
    </>
  )
}

/** What a person sent. */
export const PersonRow = memo(function PersonRow({ row }: { readonly row: Row }) {
  const { session } = useChat()
  const message = useWhole(row.message)
  if (message === undefined) return null
  const parts = message.parts as ReadonlyArray<InputPart>
  return (
    // On a phone a tap on it shows what can be done with it.
    <div className={css["person"]} tabIndex={-1}>
      <div className={css["mine"]}>
        {message.role === "system" ? <span className={css["soft"]}>From the system</span> : null}
        {parts.map((part, index) =>
          part.type === "text" ? (
            <PersonText key={index} text={part.text} />
          ) : part.type === "file" ? (
            <Suspense key={index} fallback={<p className={css["file"]}>{part.filename ?? part.mediaType}</p>}>
              <FileView session={session} file={part} />
            </Suspense>
          ) : null,
        )}
      </div>
      <MessageActions message={row.message} isPerson />
    </div>
  )
})
