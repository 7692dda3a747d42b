/** Text form of a UUIDv7 (RFC 9562 section 5.7), lower case: that of every id of a session, without the schemas of `ids.ts`. */
export const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
