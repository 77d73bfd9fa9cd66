// The mini program of a site's sign-in. Its pages take the server's address from here.
App({
  globalData: {
    // SCANLOGIN_PUBLIC_URL. It has to be on the mini program's list of request domains (request 合法域名).
    server: 'https://id.example.com',
  },
})
