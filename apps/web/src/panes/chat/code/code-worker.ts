/**
 * Colours code, in a worker: whole lines at a time, with the grammar's state kept between them, so that a text that grows is
 * coloured once. Answers numbers alone: for each line the length and the class of each run.
 */
import { createHighlighterCore } from "@shikijs/core"
import type { GrammarState, HighlighterCore, LanguageInput } from "@shikijs/core"
import { createJavaScriptRegexEngine } from "@shikijs/engine-javascript"
import { classOf, THEME } from "./colors.ts"
import type { Language } from "./languages.ts"

/** What is asked: lines that continue the text `id`, or with `isOver` that it is not continued. */
export interface ColorRequest {
  readonly id: number
  readonly language: Language
  readonly lines: string
  readonly isOver: boolean
}

/** For each line its runs, as length, class, length, class. */
export interface ColorAnswer {
  readonly id: number
  readonly lines: ReadonlyArray<ReadonlyArray<number>>
}

const LANGUAGES: Readonly<Record<Language, () => Promise<unknown>>> = {
  bash: () => import("@shikijs/langs/bash"),
  c: () => import("@shikijs/langs/c"),
  cpp: () => import("@shikijs/langs/cpp"),
  csharp: () => import("@shikijs/langs/csharp"),
  css: () => import("@shikijs/langs/css"),
  diff: () => import("@shikijs/langs/diff"),
  docker: () => import("@shikijs/langs/docker"),
  elixir: () => import("@shikijs/langs/elixir"),
  go: () => import("@shikijs/langs/go"),
  graphql: () => import("@shikijs/langs/graphql"),
  haskell: () => import("@shikijs/langs/haskell"),
  html: () => import("@shikijs/langs/html"),
  ini: () => import("@shikijs/langs/ini"),
  java: () => import("@shikijs/langs/java"),
  javascript: () => import("@shikijs/langs/javascript"),
  json: () => import("@shikijs/langs/json"),
  jsx: () => import("@shikijs/langs/jsx"),
  kotlin: () => import("@shikijs/langs/kotlin"),
  lua: () => import("@shikijs/langs/lua"),
  make: () => import("@shikijs/langs/make"),
  markdown: () => import("@shikijs/langs/markdown"),
  nix: () => import("@shikijs/langs/nix"),
  php: () => import("@shikijs/langs/php"),
  powershell: () => import("@shikijs/langs/powershell"),
  python: () => import("@shikijs/langs/python"),
  ruby: () => import("@shikijs/langs/ruby"),
  rust: () => import("@shikijs/langs/rust"),
  scss: () => import("@shikijs/langs/scss"),
  sql: () => import("@shikijs/langs/sql"),
  svelte: () => import("@shikijs/langs/svelte"),
  swift: () => import("@shikijs/langs/swift"),
  terraform: () => import("@shikijs/langs/terraform"),
  toml: () => import("@shikijs/langs/toml"),
  tsx: () => import("@shikijs/langs/tsx"),
  typescript: () => import("@shikijs/langs/typescript"),
  vue: () => import("@shikijs/langs/vue"),
  xml: () => import("@shikijs/langs/xml"),
  yaml: () => import("@shikijs/langs/yaml"),
  zig: () => import("@shikijs/langs/zig"),
}

const highlighter: Promise<HighlighterCore> = createHighlighterCore({
  themes: [THEME],
  langs: [],
  engine: createJavaScriptRegexEngine({ forgiving: true }),
})

const loads = new Map<Language, Promise<void>>()
const states = new Map<number, GrammarState | undefined>()

/** A highlighter that has a language. */
async function ready(language: Language): Promise<HighlighterCore> {
  const made = await highlighter
  const load = loads.get(language) ?? LANGUAGES[language]().then((grammar) => made.loadLanguage(grammar as LanguageInput))
  loads.set(language, load)
  await load
  return made
}

/** The runs of one line, neighbours of one class as one. */
function runs(tokens: ReadonlyArray<{ readonly content: string; readonly color?: string | undefined }>): Array<number> {
  const flat: Array<number> = []
  for (const { content, color } of tokens) {
    const found = classOf(color)
    if (flat.at(-1) === found && flat.length > 0) flat[flat.length - 2] = (flat.at(-2) ?? 0) + content.length
    else flat.push(content.length, found)
  }
  return flat
}

async function answer({ id, language, lines, isOver }: ColorRequest): Promise<void> {
  const made = await ready(language)
  const grammarState = states.get(id)
  const how = { lang: language, theme: THEME.name, ...(grammarState === undefined ? {} : { grammarState }) }
  const tokens = lines === "" && isOver ? [] : made.codeToTokensBase(lines, how)
  if (isOver) states.delete(id)
  else states.set(id, made.getLastGrammarState(tokens))
  const given: ColorAnswer = { id, lines: tokens.map(runs) }
  postMessage(given)
}

// One after the other: the state of a text is that after its last lines.
let before: Promise<void> = Promise.resolve()
addEventListener("message", ({ data }: MessageEvent<ColorRequest>) => {
  const failed = (cause: unknown): void => {
    states.delete(data.id)
    // Without colours it is read as well; the page is told so that it does not wait.
    postMessage({ id: data.id, lines: [] } satisfies ColorAnswer)
    console.warn("code stays without colours", data.language, cause)
  }
  before = before.then(() => answer(data)).catch(failed)
})
