/** Who answered a permission request when no person did: a remembered rule, or the time limit. */
export const BY_RULE = "rule"
export const BY_TIME = "time limit"
