#!/bin/sh
# build.sh RELEASE TIME PROGRAM: build the API server's own printers as a program, with their clock
# at a fixed time: sh build.sh 1.37.2 2026-11-23T20:00:00Z /tmp/printers
set -eu
minor=${1#1.} time=$2 program=$(realpath -m "$3") here=$(dirname "$(realpath "$0")")
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
cd "$folder"
cp "$here/main.go" .
export GOFLAGS=-mod=mod
go mod init printers
sources=$(go mod download -json "k8s.io/kubernetes@v1.$minor" | sed -n 's/.*"Dir": "\(.*\)",/\1/p')
for module in $(sed -n 's/^\t\(k8s.io\/[a-z-]*\) => .*/\1/p' "$sources/go.mod"); do
    go mod edit -replace "$module=$module@v0.$minor"
done
cp -r "$sources" kubernetes
chmod -R u+w kubernetes
go mod edit -replace k8s.io/kubernetes=./kubernetes
clock="var recorded, _ = time.Parse(time.RFC3339, \"$time\")"
sed -i -e 's/time\.Since(\([a-zA-Z.]*\))/recorded.Sub(\1)/; s/time\.Until(\([a-zA-Z.]*\))/\1.Sub(recorded)/' \
    -e "s/time\.Now()/recorded/; \$a $clock" kubernetes/pkg/printers/internalversion/printers.go
go get k8s.io/kubernetes
CGO_ENABLED=0 go build -o "$program" .
