package theme

// preset is a built-in theme, whole in both schemes.
type preset struct {
	name    string
	palette Palette
}

const (
	serif = "'Iowan Old Style','Palatino Linotype',Palatino,Georgia,serif"
	sans  = "-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
	mono  = "Consolas,Menlo,'Courier New',monospace"
)

// presets are designed by hand in both schemes: body text of at least 7:1, all
// other text of at least 4.5:1. The first is the look of Tidings' own pages.
var presets = []preset{
	{"pine", Palette{
		Light: Colors{
			Paper: "#f5f2eb", Sheet: "#fffdf9", Ink: "#221e19", Muted: "#5d554a", Line: "#d9d2c4",
			Accent: "#1a5b4e", OnAccent: "#ffffff", Soft: "#e3efea",
		},
		Dark: Colors{
			Paper: "#14120f", Sheet: "#1d1a16", Ink: "#ece6db", Muted: "#b3a999", Line: "#39342b",
			Accent: "#8ad1bd", OnAccent: "#0e211b", Soft: "#1e332d",
		},
		TextFont: serif, MetaFont: sans, CodeFont: mono, Width: DefaultWidth,
	}},
	{"slate", Palette{
		Light: Colors{
			Paper: "#edf1f4", Sheet: "#fbfdfe", Ink: "#1a232b", Muted: "#4b5964", Line: "#cbd6dd",
			Accent: "#1d4e79", OnAccent: "#ffffff", Soft: "#e4edf5",
		},
		Dark: Colors{
			Paper: "#0f1418", Sheet: "#161d23", Ink: "#e3e9ee", Muted: "#a3b1bc", Line: "#2f3a43",
			Accent: "#90c2ec", OnAccent: "#0c1c2b", Soft: "#1b2c3a",
		},
		TextFont: "Charter,'Bitstream Charter',Cambria,Georgia,serif", MetaFont: sans, CodeFont: mono, Width: DefaultWidth,
	}},
	{"plum", Palette{
		Light: Colors{
			Paper: "#f6f0f2", Sheet: "#fffcfc", Ink: "#271c21", Muted: "#63535b", Line: "#e0d3d8",
			Accent: "#7b2d50", OnAccent: "#ffffff", Soft: "#f6e7ed",
		},
		Dark: Colors{
			Paper: "#151012", Sheet: "#1e181b", Ink: "#efe5e9", Muted: "#b9a9b0", Line: "#3e3338",
			Accent: "#e6a5c1", OnAccent: "#2c101b", Soft: "#38242d",
		},
		TextFont: serif, MetaFont: sans, CodeFont: mono, Width: DefaultWidth,
	}},
	{"rust", Palette{
		Light: Colors{
			Paper: "#f2f2ef", Sheet: "#ffffff", Ink: "#1c1c1a", Muted: "#565651", Line: "#d7d7d1",
			Accent: "#8c3a14", OnAccent: "#ffffff", Soft: "#f6ece5",
		},
		Dark: Colors{
			Paper: "#121211", Sheet: "#1b1b19", Ink: "#e9e9e4", Muted: "#aeaea8", Line: "#373733",
			Accent: "#f0ad84", OnAccent: "#2b1306", Soft: "#34271e",
		},
		TextFont: "'Avenir Next',Avenir,'Segoe UI','Helvetica Neue',Arial,sans-serif", MetaFont: sans, CodeFont: mono, Width: DefaultWidth,
	}},
}
