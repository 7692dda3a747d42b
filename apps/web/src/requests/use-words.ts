/**
 * What a person has begun to answer to a request and not sent: a reason, an edited command, picked choices (docs/protocol/app-rules.md,
 * APP-44). It is the same wherever the request is shown, and there again after a reload.
 */
import { useCallback, useSyncExternalStore } from "react"
import type { PickedAnswers } from "./questions.ts"

/** What was begun. */
export interface Words {
  readonly reason?: string
  readonly subject?: string
  readonly picked?: PickedAnswers
}

const NONE: Words = Object.freeze({})
const NAME = "holdfast.words"
/** Most requests with words of which none was sent; the ones that were begun first are forgotten. */
const WORDS_MAX = 50

const listeners = new Set<() => void>()
let words: ReadonlyMap<string, Words> | undefined

function readWords(): ReadonlyMap<string, Words> {
  try {
    const read: unknown = JSON.parse(sessionStorage.getItem(NAME) ?? "[]")
    return new Map(Array.isArray(read) ? (read as ReadonlyArray<[string, Words]>) : [])
  } catch (cause) {
    console.warn("words that were begun cannot be read:", cause)
    return new Map()
  }
}

function put(key: string, value: Words | undefined): void {
  const rest = [...(words ??= readWords())].filter(([other]) => other !== key)
  words = new Map(value === undefined ? rest : [...rest, [key, value] as const].slice(-WORDS_MAX))
  try {
    sessionStorage.setItem(NAME, JSON.stringify([...words]))
  } catch (cause) {
    console.warn("words that were begun are kept for this page alone:", cause)
  }
  for (const listener of [...listeners]) listener()
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Forgets what was begun for a request. */
export function forgetWords(key: string): void {
  if ((words ??= readWords()).has(key)) put(key, undefined)
}

/** What was begun for a request, as text; empty when that is nothing. */
export function wordsText(key: string): string {
  const begun = (words ??= readWords()).get(key)
  if (begun === undefined) return ""
  const typed = Object.values(begun.picked ?? {}).map(({ other }) => other)
  return [begun.reason, begun.subject, ...typed].filter((text) => text !== undefined && text.trim() !== "").join("\n")
}

let keys: ReadonlyArray<string> = []

/** The requests that words were begun for; the same list until there is another one. */
export function useWordKeys(): ReadonlyArray<string> {
  return useSyncExternalStore(subscribe, readKeys, () => keys)
}

function readKeys(): ReadonlyArray<string> {
  const now = [...(words ??= readWords()).keys()].sort()
  if (now.length !== keys.length || now.some((key, at) => key !== keys[at])) keys = now
  return keys
}

/** The words that were begun for a request, and what changes and forgets them. */
export function useWords(key: string): readonly [Words, (change: Words) => void, () => void] {
  const read = useCallback(() => (words ??= readWords()).get(key) ?? NONE, [key])
  const now = useSyncExternalStore(subscribe, read, () => NONE)
  const change = useCallback((changed: Words) => put(key, { ...read(), ...changed }), [key, read])
  const forget = useCallback(() => put(key, undefined), [key])
  return [now, change, forget]
}
