// Makes, changes and deletes users and user groups.

import { awsRequest, openForm } from '../form.js';
import { ID } from './create-cache.js';

const ENGINES = [
  ['valkey', 'Valkey'],
  ['redis', 'Redis OSS'],
];
const LOGINS = [
  ['no-password-required', 'No password'],
  ['password', 'Password'],
  ['iam', 'IAM token'],
];

const loginFields = (value) => [
  { name: 'login', kind: 'select', label: 'Logs in by', value, options: LOGINS },
  {
    name: 'password',
    kind: 'password',
    label: 'Password',
    required: true,
    when: ({ login }) => login === 'password',
    hint: '16 to 128 characters.',
  },
];

function login({ login: type, password }) {
  return { Type: type, Passwords: type === 'password' ? [password] : undefined };
}

export function openCreateUser() {
  openForm({
    title: 'Create user',
    submit: 'Create',
    fields: [
      { name: 'id', label: 'Id', required: true, ...ID },
      { name: 'name', label: 'Name to log in by', hint: 'The id unless given.' },
      { name: 'engine', kind: 'select', label: 'Engine', value: 'valkey', options: ENGINES },
      ...loginFields('password'),
      { name: 'access', label: 'Access string', value: 'on ~* +@all', required: true },
    ],
    request: (values) =>
      awsRequest('CreateUser', {
        UserId: values.id,
        UserName: values.name || values.id,
        Engine: values.engine,
        AccessString: values.access,
        AuthenticationMode: login(values),
      }),
    done: ({ id }) => `User ${id} is there.`,
  });
}

/** Changes a user, as the API describes it. */
export function openModifyUser(user) {
  openForm({
    title: `Modify ${user.UserId}`,
    submit: 'Modify',
    fields: [
      { name: 'access', label: 'Access string', value: user.AccessString, required: true },
      { name: 'relog', kind: 'check', label: 'Change how it logs in' },
      ...loginFields('password').map((field) => ({
        ...field,
        when: (values) => values.relog && (field.when ?? (() => true))(values),
      })),
    ],
    request: (values) =>
      awsRequest('ModifyUser', {
        UserId: user.UserId,
        AccessString: values.access === user.AccessString ? undefined : values.access,
        AuthenticationMode: values.relog ? login(values) : undefined,
      }),
    done: `User ${user.UserId} is being modified.`,
  });
}

export function openDeleteUser(user) {
  remove(`user ${user.UserId}`, awsRequest('DeleteUser', { UserId: user.UserId }));
}

export function openCreateUserGroup(users) {
  openForm({
    title: 'Create user group',
    submit: 'Create',
    fields: [
      { name: 'id', label: 'Id', required: true, ...ID },
      { name: 'engine', kind: 'select', label: 'Engine', value: 'valkey', options: ENGINES },
      {
        name: 'users',
        label: 'Users',
        value: users.length === 1 ? users[0].UserId : '',
        hint: 'Ids, with commas between them.',
      },
    ],
    request: (values) =>
      awsRequest('CreateUserGroup', {
        UserGroupId: values.id,
        Engine: values.engine,
        UserIds: ids(values.users),
      }),
    done: ({ id }) => `User group ${id} is there.`,
  });
}

/** Changes who is in a user group, as the API describes it. */
export function openModifyUserGroup(group) {
  const before = group.UserIds || [];
  openForm({
    title: `Modify ${group.UserGroupId}`,
    submit: 'Modify',
    fields: [{ name: 'users', label: 'Users', value: before.join(', '), hint: 'Ids, with commas between them.' }],
    request: (values) => {
      const after = ids(values.users);
      return awsRequest('ModifyUserGroup', {
        UserGroupId: group.UserGroupId,
        UserIdsToAdd: after.filter((id) => !before.includes(id)),
        UserIdsToRemove: before.filter((id) => !after.includes(id)),
      });
    },
    done: `User group ${group.UserGroupId} is being modified.`,
  });
}

export function openDeleteUserGroup(group) {
  remove(`user group ${group.UserGroupId}`, awsRequest('DeleteUserGroup', { UserGroupId: group.UserGroupId }));
}

function remove(what, request) {
  openForm({
    title: `Delete ${what}`,
    submit: 'Delete',
    danger: true,
    request: () => request,
    done: `The ${what} is being deleted.`,
  });
}

function ids(text) {
  return text
    .split(',')
    .map((id) => id.trim())
    .filter(Boolean);
}
