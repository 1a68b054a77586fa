// Prints tables of objects as the API server does: a line of JSON in, a line of JSON out.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/apis/admissionregistration/install"
	_ "k8s.io/kubernetes/pkg/apis/apiserverinternal/install"
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/flowcontrol/install"
	_ "k8s.io/kubernetes/pkg/apis/imagepolicy/install"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	_ "k8s.io/kubernetes/pkg/apis/node/install"
	_ "k8s.io/kubernetes/pkg/apis/storagemigration/install"
	"k8s.io/kubernetes/pkg/printers"
	"k8s.io/kubernetes/pkg/printers/internalversion"
)

type column struct {
	Title string `json:"title"`
	Wide  bool   `json:"wide"`
}

type answer struct {
	Kind    string   `json:"kind,omitempty"`
	Columns []column `json:"columns,omitempty"`
	Cells   []any    `json:"cells,omitempty"`
	Error   string   `json:"error,omitempty"`
}

var (
	generator = printers.NewTableGenerator().With(internalversion.AddHandlers)
	decoder   = legacyscheme.Codecs.UniversalDecoder()
)

func main() {
	lines := bufio.NewReader(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		found, err := table(line)
		if err != nil {
			found = answer{Error: err.Error()}
		}
		if err := out.Encode(found); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func table(line []byte) (answer, error) {
	object, stored, err := decoder.Decode(line, nil, nil)
	if err != nil {
		return answer{}, err
	}
	afterRead(object)
	list, err := listOf(object)
	if err != nil {
		return answer{}, err
	}
	printed, err := generator.GenerateTable(list, printers.GenerateOptions{Wide: true})
	if err != nil {
		return answer{}, err
	}
	found := answer{Kind: stored.Kind, Cells: printed.Rows[0].Cells}
	for _, each := range printed.ColumnDefinitions {
		found.Columns = append(found.Columns, title(each))
	}
	return found, nil
}

// afterRead does what the storage of services does with those of releases before 1.20.
func afterRead(object runtime.Object) {
	if service, ok := object.(*core.Service); ok {
		if service.Spec.ClusterIP != "" && len(service.Spec.ClusterIPs) == 0 {
			service.Spec.ClusterIPs = []string{service.Spec.ClusterIP}
		}
	}
}

// listOf makes a list of one object, which is what kubectl asks for without a name.
func listOf(object runtime.Object) (runtime.Object, error) {
	kinds, _, err := legacyscheme.Scheme.ObjectKinds(object)
	if err != nil {
		return nil, err
	}
	kind := schema.GroupVersionKind{
		Group: kinds[0].Group, Version: runtime.APIVersionInternal, Kind: kinds[0].Kind + "List",
	}
	list, err := legacyscheme.Scheme.New(kind)
	if err != nil {
		return nil, err
	}
	return list, meta.SetList(list, []runtime.Object{object})
}

func title(definition metav1.TableColumnDefinition) column {
	return column{Title: definition.Name, Wide: definition.Priority != 0}
}
