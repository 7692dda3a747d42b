import { describe, expect, it } from "vitest"
import { offeredFor } from "../../src/new-session/DirectoryField.tsx"
import { typedPath } from "../../src/new-session/use-directories.ts"

describe("finding a directory", () => {
  it("APP-66 takes a path apart where its last name begins, and words for no path", () => {
    expect(typedPath("")).toEqual({ prefix: "" })
    expect(typedPath("/")).toEqual({ path: "/", prefix: "" })
    expect(typedPath("/home/me/pro")).toEqual({ path: "/home/me/", prefix: "pro" })
    expect(typedPath("~")).toEqual({ path: "~", prefix: "" })
    expect(typedPath("~/.c")).toEqual({ path: "~/", prefix: ".c" })
    expect(typedPath("hold fast")).toBeUndefined()
  })

  it("APP-66 offers directories of sessions first, then what is in the directory that is typed, each once", () => {
    const found = {
      path: "/w",
      parent: "/",
      directories: [
        { name: "a", path: "/w/a", repository: true },
        { name: "b", path: "/w/b" },
      ],
    }
    const words = (typed: string) => offeredFor(typed, ["/w/a", "/x"], found).map(({ words, goesIn }) => [words, goesIn])
    expect(words("/w/")).toEqual([
      ["Use /w", false],
      ["Up", true],
      ["a", true],
      ["b", true],
    ])
    expect(words("/w")).toEqual([
      ["/w/a", false],
      ["b", true],
    ])
    expect(words("")).toEqual([
      ["/w/a", false],
      ["/x", false],
      ["b", true],
    ])
    expect(offeredFor("/q/", ["/x"], { path: "/q", parent: null, directories: [], problem: "no" })).toEqual([])
  })
})
