/** Measures what runs of models cost, against full builds and against DuckDB. */
package lakehouse.load.models;
