/** Follows what became of answers and of words that were begun, for as long as the app is there; loaded after the first picture. */
import { useEffect } from "react"
import { useOutbox } from "@holdfast/react"
import { followOutbox } from "./late-answers.ts"
import { useTrustNews } from "./trust-news.ts"
import { useLeftWords } from "./use-left-words.ts"

/** Tells answers that failed, also those of a page before this one, and gives back words whose request is gone. */
// oxlint-disable-next-line import/no-default-export -- it is loaded when it is first shown
export default function AnswerWatch(): null {
  const { items } = useOutbox()
  useEffect(() => followOutbox(items), [items])
  useLeftWords()
  useTrustNews()
  return null
}
