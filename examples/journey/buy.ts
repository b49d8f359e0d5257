import { journey } from 'describe-load'

/** One user logs in, adds an item to the cart and looks at it. `user` is the next line of users.csv. */
export default journey(function* ({ send, think }) {
  const login = yield* send({
    name: 'log in',
    method: 'POST',
    path: '/login',
    body: { email: '{{user.email}}', password: '{{user.password}}' },
    read: 'json',
  })
  const headers = { authorization: `Bearer ${login.json.token}` }
  yield* think(50, 150) // ms
  yield* send({ name: 'add', method: 'POST', path: '/cart', headers, body: { item: 'tea' } })
  yield* send({ name: 'cart', path: '/cart', headers })
})
