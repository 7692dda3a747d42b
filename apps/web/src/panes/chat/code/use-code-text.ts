/** A code text in a component, with the colours that the worker finds for it. */
import { useEffect, useReducer, useRef } from "react"
import { CodeText } from "./CodeText.ts"
import { CodeColors } from "./highlighter.ts"
import { languageOf } from "./languages.ts"
import type { Language } from "./languages.ts"

interface Colored {
  readonly code: CodeText
  readonly language: Language | undefined
  readonly colors: CodeColors | undefined
  /** Lines that the worker was given. */
  given: number
  isOver: boolean
}

/** The text as it is now, in chunks; a component that uses it is rendered again when colours come. */
export function useCodeText(text: string, name: string, isOpen: boolean): CodeText {
  const [, colored] = useReducer((count: number) => count + 1, 0)
  const held = useRef<Colored | undefined>(undefined)
  const language = languageOf(name)
  const now = held.current
  if (now === undefined || now.language !== language || !now.code.grow(text)) {
    now?.colors?.leave()
    const code = new CodeText()
    code.grow(text)
    const take = (from: number, lines: Parameters<CodeText["color"]>[1]): void => {
      code.color(from, lines)
      colored()
    }
    held.current = {
      code,
      language,
      colors: language === undefined ? undefined : new CodeColors(language, take),
      given: 0,
      isOver: false,
    }
  }
  useEffect(() => {
    const one = held.current
    if (one?.colors === undefined || one.isOver) return
    const lines = one.code.whole(one.given, !isOpen)
    one.given += lines.length
    one.colors.add(lines)
    if (isOpen) return
    one.isOver = true
    one.colors.end()
  }, [text, isOpen, language])
  useEffect(() => () => held.current?.colors?.leave(), [])
  return (held.current as Colored).code
}
