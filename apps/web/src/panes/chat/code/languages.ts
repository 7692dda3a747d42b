/** Languages that are coloured, by the names and the files' endings that stand for them. */

/** Names of the grammars, as the worker loads them. */
export type Language =
  | "bash"
  | "c"
  | "cpp"
  | "csharp"
  | "css"
  | "diff"
  | "docker"
  | "elixir"
  | "go"
  | "graphql"
  | "haskell"
  | "html"
  | "ini"
  | "java"
  | "javascript"
  | "json"
  | "jsx"
  | "kotlin"
  | "lua"
  | "make"
  | "markdown"
  | "nix"
  | "php"
  | "powershell"
  | "python"
  | "ruby"
  | "rust"
  | "scss"
  | "sql"
  | "svelte"
  | "swift"
  | "terraform"
  | "toml"
  | "tsx"
  | "typescript"
  | "vue"
  | "xml"
  | "yaml"
  | "zig"

const NAMES: Readonly<Record<Language, string>> = {
  bash: "sh shell zsh shellscript console fish bashrc zshrc profile envrc",
  c: "h",
  cpp: "c++ cc cxx hpp hh hxx ino",
  csharp: "cs c#",
  css: "",
  diff: "patch",
  docker: "dockerfile containerfile",
  elixir: "ex exs",
  go: "golang",
  graphql: "gql",
  haskell: "hs",
  html: "htm xhtml",
  ini: "conf cfg properties editorconfig gitconfig service",
  java: "",
  javascript: "js mjs cjs node",
  json: "jsonc json5 jsonl ndjson webmanifest",
  jsx: "",
  kotlin: "kt kts",
  lua: "",
  make: "makefile mk",
  markdown: "md mdx",
  nix: "",
  php: "",
  powershell: "ps1 pwsh",
  python: "py pyi py3",
  ruby: "rb gemfile rakefile",
  rust: "rs",
  scss: "sass less",
  sql: "",
  svelte: "",
  swift: "",
  terraform: "tf hcl",
  toml: "",
  tsx: "",
  typescript: "ts mts cts",
  vue: "",
  xml: "svg plist xsd rss",
  yaml: "yml",
  zig: "",
}

const KNOWN: ReadonlyMap<string, Language> = new Map(
  (Object.keys(NAMES) as Array<Language>).flatMap((language) =>
    [language, ...NAMES[language].split(" ")].filter((name) => name !== "").map((name) => [name, language] as const),
  ),
)

/** The language that a name stands for: that of a fence, a file's name, or a path; `undefined` for one that is not coloured. */
export function languageOf(name: string): Language | undefined {
  const last = (name.split(/[\\/]/).at(-1) ?? "").toLowerCase()
  return KNOWN.get(last) ?? (last.includes(".") ? KNOWN.get(last.slice(last.lastIndexOf(".") + 1)) : undefined)
}
