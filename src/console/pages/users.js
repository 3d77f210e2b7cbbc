// Users and user groups.

import { all } from '../api.js';
import { h } from '../dom.js';
import { button, engineName, heading, section, status, table } from '../parts.js';

export const title = () => 'Users';

export async function show() {
  const [users, groups] = await Promise.all([all('DescribeUsers', 'Users'), all('DescribeUserGroups', 'UserGroups')]);
  return [
    heading('Users and user groups'),
    section(
      'Users',
      { actions: [button('Create user', run('openCreateUser'), { kind: 'primary' })] },
      table({
        name: 'Users',
        columns: USERS,
        rows: users,
        key: (user) => user.UserId,
        empty: 'There is none.',
      }),
    ),
    section(
      'User groups',
      { actions: [button('Create user group', run('openCreateUserGroup', users), { kind: 'primary' })] },
      table({
        name: 'User groups',
        columns: GROUPS(users),
        rows: groups,
        key: (group) => group.UserGroupId,
        empty: 'There is none. A user group says who may talk to the caches that it is attached to.',
      }),
    ),
  ];
}

function run(name, ...given) {
  return async () => (await import('../actions/users.js'))[name](...given);
}

const end = (cell) => ({ head: h('span', { class: 'offscreen' }, 'Actions'), narrow: true, class: 'end', cell });

const USERS = [
  {
    head: 'Id',
    narrow: true,
    class: 'name',
    cell: (user) => [user.UserId, user.UserName !== user.UserId && h('small', {}, `logs in as ${user.UserName}`)],
  },
  { head: 'Status', narrow: true, cell: (user) => status(user.Status) },
  { head: 'Engine', cell: (user) => engineName(user.Engine) },
  { head: 'Logs in by', cell: (user) => user.Authentication?.Type },
  { head: 'May do', cell: (user) => h('code', {}, user.AccessString) },
  end(
    (user) =>
      user.UserId !== 'default' && [
        button('Modify', run('openModifyUser', user), { kind: 'small', name: `Modify ${user.UserId}` }),
        button('Delete', run('openDeleteUser', user), { kind: 'small danger', name: `Delete ${user.UserId}` }),
      ],
  ),
];

const GROUPS = (users) => [
  { head: 'Id', narrow: true, class: 'name', cell: (group) => group.UserGroupId },
  { head: 'Status', narrow: true, cell: (group) => status(group.Status) },
  { head: 'Engine', cell: (group) => engineName(group.Engine) },
  { head: 'Users', cell: (group) => (group.UserIds || []).join(', ') },
  {
    head: 'Attached to',
    cell: (group) => [...(group.ReplicationGroups || []), ...(group.ServerlessCaches || [])].join(', ') || '–',
  },
  end((group) => [
    button('Modify', run('openModifyUserGroup', group, users), { kind: 'small', name: `Modify ${group.UserGroupId}` }),
    button('Delete', run('openDeleteUserGroup', group), { kind: 'small danger', name: `Delete ${group.UserGroupId}` }),
  ]),
];
