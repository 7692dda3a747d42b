/** What a person wrote, in a film: with its line breaks, and nothing of it read as anything else. */
import type { ReactElement } from "react"
import css from "./Player.module.css"

/** A text of a message. */
export function FilmText({ text }: { readonly text: string }): ReactElement {
  return (
    <p className={css["prose"]} dir="auto">
      {text}
    </p>
  )
}
