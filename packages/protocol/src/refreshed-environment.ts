/**
 * Variables that belong to a login and change with it: where windows are drawn, who signs, and where the person came from.
 * Terminals that are opened later get them from the last person who asked or attached, as tmux's `update-environment` does
 * (docs/protocol/rules.md, T-29).
 */
export const REFRESHED = [
  ...["DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS", "KRB5CCNAME", "MSYSTEM"],
  ...["SSH_ASKPASS", "SSH_AUTH_SOCK", "SSH_AGENT_PID", "SSH_CONNECTION"],
] as const

/** Those of an environment. */
export function refreshedOf(environment: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(REFRESHED.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])))
}
