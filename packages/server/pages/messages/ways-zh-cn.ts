/** How a phone that nobody is signed in on becomes somebody's, in Chinese. */
export const ways = {
  title: '请先确认你是谁',
  leaving: (provider: string) => `正在通过${provider}确认你的身份……`,
  stay: '换一种方式',
  by: (provider: string) => `使用${provider}继续`,
  lead: '请选择你的登录方式。完成后会回到本页，再确认此次登录。',
  orScan: (apps: string) => `也可以直接用${apps}扫描屏幕上的二维码。`,
  returned: {
    title: '你已在这部手机上登录',
    lead: '刚才扫描的二维码已过期，请再扫一次屏幕上的二维码，然后确认登录。',
  },
}
