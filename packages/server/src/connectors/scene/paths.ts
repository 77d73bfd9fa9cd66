/** Where the parts of scene codes stand. */

export const scenePath = '/connect/wechat-account'

/** The question to the person who has scanned; they come back to it when WeChat has said who they are. */
export const questionPath = `${scenePath}/question`
