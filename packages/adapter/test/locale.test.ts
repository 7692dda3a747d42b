import { expect, it } from "vitest"
import { withLocale } from "../src/process/locale.ts"

it("T-29 sets a UTF-8 locale if none is named, and keeps one that is (fault:N31)", () => {
  expect(withLocale({ HOME: "/me" }, "C.UTF-8")).toEqual({ HOME: "/me", LANG: "C.UTF-8" })
  expect(withLocale({ LANG: "", LC_ALL: "" }, "C.UTF-8")).toEqual({ LANG: "C.UTF-8", LC_ALL: "" })
  for (const name of ["LANG", "LC_ALL", "LC_CTYPE"])
    expect(withLocale({ [name]: "de_DE" }, "C.UTF-8")).toEqual({ [name]: "de_DE" })
})
