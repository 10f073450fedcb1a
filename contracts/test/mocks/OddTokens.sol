// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { Token } from "./Token.sol";

/// @notice Moves nothing and says so.
contract FalseToken is Token {
    function transfer(address, uint256) public pure override returns (bool) {
        return false;
    }

    function transferFrom(address, address, uint256) public pure override returns (bool) {
        return false;
    }
}

/// @notice Moves, and answers nothing at all.
contract SilentToken is Token {
    function transfer(address to, uint256 amount) public override returns (bool) {
        move(msg.sender, to, amount);
        assembly {
            return(0, 0)
        }
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        move(from, to, amount);
        assembly {
            return(0, 0)
        }
    }
}

/// @notice Moves, and answers a single byte.
contract ShortToken is Token {
    function transfer(address to, uint256 amount) public override returns (bool) {
        move(msg.sender, to, amount);
        assembly {
            mstore(0, not(0))
            return(0, 1)
        }
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        move(from, to, amount);
        assembly {
            mstore(0, not(0))
            return(0, 1)
        }
    }
}

/// @notice Refuses one holder.
contract BlockingToken is Token {
    address public blocked;

    function setBlocked(address who) external {
        blocked = who;
    }

    function move(address from, address to, uint256 amount) internal override {
        require(to != blocked, "blocked");
        super.move(from, to, amount);
    }
}

/// @notice Can be paused.
contract PausingToken is Token {
    bool public paused;

    function setPaused(bool value) external {
        paused = value;
    }

    function move(address from, address to, uint256 amount) internal override {
        require(!paused, "paused");
        super.move(from, to, amount);
    }
}

/// @notice Answers every transfer with a megabyte.
contract BombToken is Token {
    function transfer(address to, uint256 amount) public override returns (bool) {
        move(msg.sender, to, amount);
        assembly {
            mstore(0, 1)
            return(0, 1000000)
        }
    }
}

/// @notice Tells its recipient before it moves anything.
contract HookToken is Token {
    function move(address from, address to, uint256 amount) internal override {
        if (to.code.length != 0) {
            (bool ok,) = to.call(abi.encodeWithSignature("tokensReceived(address,uint256)", from, amount));
            ok;
        }
        super.move(from, to, amount);
    }
}

/// @notice Moves, and answers false to every transfer.
contract MovingFalseToken is Token {
    function transfer(address to, uint256 amount) public override returns (bool) {
        move(msg.sender, to, amount);
        return false;
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        super.transferFrom(from, to, amount);
        return false;
    }
}

/// @notice Moves, and answers false to transfers alone: what comes in by transferFrom does not show it.
contract HalfFalseToken is Token {
    function transfer(address to, uint256 amount) public override returns (bool) {
        move(msg.sender, to, amount);
        return false;
    }
}

/// @notice Moves nothing out and answers true.
contract IdleToken is Token {
    function transfer(address, uint256) public pure override returns (bool) {
        return true;
    }
}

/// @notice Takes one percent more of its sender than arrives, once it is told to.
contract SenderFeeToken is Token {
    address private charged;

    function charge(address who) external {
        charged = who;
    }

    function move(address from, address to, uint256 amount) internal override {
        super.move(from, to, amount);
        if (from == charged) balanceOf[from] -= amount / 100;
    }
}

/// @notice Balances that fall by themselves.
contract RebasingToken is Token {
    function shrink(address who, uint256 percent) external {
        balanceOf[who] -= balanceOf[who] * percent / 100;
    }
}
