import { describe, expect, it } from "vitest"
import { resolveSettings, SettingInvalid, settingVariable } from "../src/settings.ts"

describe("settings", () => {
  it("an option wins over the environment, the environment over the file, the file over the default", () => {
    const { values, sources } = resolveSettings(
      { port: 1, host: "a", data: "/d" },
      { HOLDFAST_PORT: "2", HOLDFAST_HOST: "b" },
      { port: 3 },
    )
    expect([values.port, values.host, values.data, values.open]).toEqual([3, "b", "/d", true])
    expect([sources.port, sources.host, sources.data, sources.open]).toEqual(["option", "environment", "file", "default"])
  })

  it("a value that cannot be used is refused with its name, place and range", () => {
    for (const bad of ["70000", "-1", "1.5", "x", " "]) {
      expect(() => resolveSettings({}, { HOLDFAST_PORT: bad }, {})).toThrow(
        /HOLDFAST_PORT: port must be a whole number from 0 to 65535/,
      )
    }
    expect(() => resolveSettings({ prot: 1 }, {}, {})).toThrow(SettingInvalid)
    expect(() => resolveSettings({}, { HOLDFAST_OPEN: "maybe" }, {})).toThrow(/1 or 0/)
    expect(() => resolveSettings({ host: 5 }, {}, {})).toThrow(/must be text/)
  })

  it("X-12 a list of names is put in order, and refused when it is empty or has an unknown name", () => {
    expect(resolveSettings({}, {}, {}).values.kinds).toBe("terminal,agent")
    expect(resolveSettings({ kinds: "agent , terminal,agent" }, {}, {}).values.kinds).toBe("terminal,agent")
    expect(resolveSettings({}, { HOLDFAST_KINDS: "agent" }, {}).values.kinds).toBe("agent")
    for (const bad of [" ", "room", "agent,", "agent room"]) {
      expect(() => resolveSettings({ kinds: bad }, {}, {})).toThrow(/kinds must be some of terminal,agent/)
    }
  })

  it("a setting's variable is its name in capitals", () => {
    expect(settingVariable("socketMaxFrame")).toBe("HOLDFAST_SOCKET_MAX_FRAME")
    expect(resolveSettings({}, { HOLDFAST_OPEN: "0" }, {}).values.open).toBe(false)
  })
})
