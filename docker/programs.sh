# Makes root folders of images from programs that are installed; to be sourced.
# shellcheck shell=bash

# make_root ROOT: an empty root folder, with the folders that every image has.
make_root() {
  local root=$1 folder
  mkdir -p "$root"/{dev,etc,proc,root,sys,tmp,usr/{bin,lib,lib64,sbin,local/bin}}
  for folder in bin lib lib64 sbin; do ln -s "usr/$folder" "$root/$folder"; done
  chmod 1777 "$root/tmp"
  printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
}

# copy_programs ROOT PROGRAM..: each into /usr/bin, with the libraries that it loads, under their own paths.
copy_programs() {
  local root=$1 program path library paths=()
  shift
  for program; do
    path=$(command -v "$program") || fail "there is no $program on this machine"
    install -D -m 755 "$(readlink -f "$path")" "$root/usr/bin/$program"
    paths+=("$path")
  done
  # Lines are `name => /path (address)`, and `/path (address)` for the loader, below `/program:`. Scripts have none.
  { ldd "${paths[@]}" 2>/dev/null | grep -v ':$' | grep -o '/[^ ]*' || true; } | sort -u | while read -r library; do
    install -D -m 755 "$(readlink -f "$library")" "$root/usr${library#/usr}"
  done
}
