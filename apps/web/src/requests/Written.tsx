/** A text of an agent as it is, with what a screen would hide spelled out. */
import { piecesOf } from "@holdfast/protocol/hidden-text"
import styles from "./Written.module.css"

/** Shows a text. */
export function Written({ text }: { readonly text: string }) {
  const pieces = piecesOf(text)
  if (pieces.every(({ isHidden }) => !isHidden)) return <>{text}</>
  return pieces.map((piece, index) =>
    piece.isHidden ? (
      // A text does not change, so the place names the piece.
      <span key={index} className={styles["hidden"]} title="A character that does not show">
        {piece.text}
      </span>
    ) : (
      piece.text
    ),
  )
}
