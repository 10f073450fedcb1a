// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @notice Takes no money until told to.
contract Refuser {
    bool public open;

    function setOpen(bool value) external {
        open = value;
    }

    receive() external payable {
        require(open, "closed");
    }
}

/// @notice Burns all gas that it gets.
contract Burner {
    receive() external payable {
        for (uint256 i = 1; i != 0; ++i) { }
    }
}

/// @notice One byte of code that burns all gas that it gets: an invalid opcode.
library OneByteBurner {
    bytes internal constant CODE = hex"fe";
}

/// @notice A wallet that keeps count: some 30,000 gas when first paid.
contract CountingWallet {
    uint256 public payments;

    receive() external payable {
        ++payments;
    }
}

/// @notice Answers with a megabyte.
contract Bomber {
    receive() external payable {
        assembly {
            return(0, 1000000)
        }
    }
}

/// @notice Calls back, and remembers how that was refused.
contract Reenterer {
    address private target;
    bytes private input;
    bytes public refusal;

    function prepare(address target_, bytes calldata input_) external {
        target = target_;
        input = input_;
    }

    receive() external payable {
        callBack();
    }

    function callBack() internal {
        (bool ok, bytes memory answer) = target.call(input);
        require(!ok, "reentered");
        refusal = answer;
    }
}

/// @notice The same, by a token's hook.
contract TokenReenterer is Reenterer {
    function tokensReceived(address, uint256) external {
        callBack();
    }
}

/// @notice Forces part of what it gets back.
contract Returner {
    uint256 private immutable amount;

    constructor(uint256 amount_) {
        amount = amount_;
    }

    receive() external payable {
        new Bounce{ value: amount }(payable(msg.sender));
    }
}

/// @notice Forces its value on somebody: self-destruction in the creating transaction cannot be refused.
contract Bounce {
    constructor(address payable to) payable {
        selfdestruct(to);
    }
}
